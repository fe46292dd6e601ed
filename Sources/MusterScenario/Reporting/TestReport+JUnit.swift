// JUnit's XML report, which every CI server reads. There is no standard; this keeps to what the two
// schemas in use (Apache Ant's and Jenkins') both allow.

import MusterPolicy

extension TestReport {
    /// The report as XML: a suite a file, a case a test. A file that cannot be read is a case with
    /// an error.
    ///
    /// - Parameter timestamp: When the run began, as in `2026-11-23T12:00:00`.
    /// - Returns: the whole document.
    public func junit(timestamp: String) -> String {
        var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        let time = files.reduce(Duration.zero) { $0 + $1.duration }
        xml += "<testsuites name=\"muster test\" tests=\"\(testCount + errorCount)\""
        xml += " failures=\"\(failureCount)\" errors=\"\(errorCount)\" time=\"\(time.seconds)\">\n"
        for (index, file) in files.enumerated() {
            xml += suite(file, index, timestamp)
        }
        return xml + "</testsuites>\n"
    }

    private func suite(_ file: File, _ index: Int, _ timestamp: String) -> String {
        let renderer = DiagnosticRenderer(sources: file.texts)
        let hasError = file.diagnostics.hasErrors
        var xml = "  <testsuite name=\"\(file.path.escaped)\" package=\"\" id=\"\(index)\""
        xml += " timestamp=\"\(timestamp)\" hostname=\"localhost\""
        xml += " tests=\"\(file.tests.count + (hasError ? 1 : 0))\""
        xml += " failures=\"\(file.tests.count { !$0.failures.isEmpty })\""
        xml += " errors=\"\(hasError ? 1 : 0)\" time=\"\(file.duration.seconds)\">\n"
        xml += "    <properties></properties>\n"
        if hasError {
            let errors = file.diagnostics.filter { $0.severity == .error }
            xml += testcase("the file can be read", file, .zero)
            xml += problem("error", errors, renderer)
        }
        for test in file.tests {
            xml += testcase(test.name, file, test.duration)
            xml +=
                test.failures.isEmpty
                ? "</testcase>\n" : problem("failure", test.failures, renderer)
        }
        return xml
            + "    <system-out></system-out>\n    <system-err></system-err>\n  </testsuite>\n"
    }

    private func testcase(_ name: String, _ file: File, _ time: Duration) -> String {
        "    <testcase name=\"\(name.escaped)\" classname=\"\(file.className.escaped)\""
            + " time=\"\(time.seconds)\">"
    }

    /// All findings of a case in one element: readers keep only the first of several.
    private func problem(
        _ element: String,
        _ diagnostics: [Diagnostic],
        _ renderer: DiagnosticRenderer
    ) -> String {
        guard let first = diagnostics.first else { return "</testcase>\n" }
        return "\n      <\(element) message=\"\(first.message.escaped)\" type=\"\(first.code)\">"
            + renderer.text(diagnostics).escaped + "</\(element)>\n    </testcase>\n"
    }
}

extension TestReport.File {
    /// How long its tests took.
    fileprivate var duration: Duration { tests.reduce(.zero) { $0 + $1.duration } }

    /// The path in the form of a class name, by which CI servers group: folders become packages.
    fileprivate var className: String {
        var name = path
        for ending in [".test.yaml", ".test.yml", ".test.json"] where name.hasSuffix(ending) {
            name = String(name.dropLast(ending.count))
        }
        let parts = name.split(separator: "/").filter { $0 != "." && $0 != ".." }
        return parts.joined(separator: ".")
    }
}

extension Duration {
    /// Seconds with three digits behind the point.
    fileprivate var seconds: String {
        let milliseconds =
            Int(components.seconds) * 1000
            + Int(components.attoseconds / 1_000_000_000_000_000)
        let digits = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
    }
}

extension String {
    /// The text for use in XML 1.0; characters that XML cannot hold become U+FFFD.
    fileprivate var escaped: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0x26: text += "&amp;"
            case 0x3C: text += "&lt;"
            case 0x3E: text += "&gt;"
            case 0x22: text += "&quot;"
            // A bare line break in an attribute would be read as a space.
            case 0x09, 0x0A, 0x0D: text += "&#\(scalar.value);"
            case 0..<0x20, 0xFFFE, 0xFFFF: text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
