// The report as one JSON document.

import MusterPolicy

extension TestReport {
    /// One object: counts, then files with their tests, each with its failures.
    public var json: String {
        let files = files.map { file in
            let tests = file.tests.map { test in
                "{\"name\":\(test.name.inJSON),\"line\":\(test.span.start.line),"
                    + "\"status\":\"\(test.failures.isEmpty ? "passed" : "failed")\","
                    + "\"failures\":[\(test.failures.map(\.json).joined(separator: ","))]}"
            }
            return "{\"file\":\(file.path.inJSON),"
                + "\"diagnostics\":[\(file.diagnostics.map(\.json).joined(separator: ","))],"
                + "\"tests\":[\(tests.joined(separator: ","))]}"
        }
        return "{\"tests\":\(testCount),\"failures\":\(failureCount),\"errors\":\(errorCount),"
            + "\"files\":[\(files.joined(separator: ","))]}"
    }

}
