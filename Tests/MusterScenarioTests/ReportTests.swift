// The reports that CI servers and programs read.

import Foundation
import FoundationXML
import MusterPolicy
import MusterScenario
import Testing

@Suite struct ReportTests {
    private func report() -> TestReport {
        let span = SourceSpan(
            source: "p/a.test.yaml",
            start: Mark(line: 2, column: 3),
            end: Mark(line: 2, column: 5)
        )
        let failure = Diagnostic("missing", "expected <a> & \"b\"\nor \u{1}", at: span)
        return TestReport(files: [
            TestReport.File(
                path: "p/a.test.yaml",
                tests: [
                    .init(name: "good", span: span, failures: [], duration: .milliseconds(1500)),
                    .init(
                        name: "bad & <worse>",
                        span: span,
                        failures: [failure, failure],
                        duration: .milliseconds(7)
                    ),
                ],
                diagnostics: [],
                texts: ["p/a.test.yaml": Array("a\nb cd\n".utf8)]
            ),
            TestReport.File(path: "b.test.yaml", tests: [], diagnostics: [failure], texts: [:]),
        ])
    }

    /// What an XML parser makes of a report: each element as `parent/name`, with its attributes.
    private final class Elements: NSObject, XMLParserDelegate {
        var path: [String] = []
        var found: [(path: String, attributes: [String: String])] = []

        func parser(
            _: XMLParser,
            didStartElement name: String,
            namespaceURI _: String?,
            qualifiedName _: String?,
            attributes: [String: String]
        ) {
            path.append(name)
            found.append((path.joined(separator: "/"), attributes))
        }

        func parser(
            _: XMLParser,
            didEndElement _: String,
            namespaceURI _: String?,
            qualifiedName _: String?
        ) { path.removeLast() }
    }

    @Test("JUnit's report is well-formed, with the elements and attributes that schemas require")
    func junit() throws {
        let xml = report().junit(timestamp: "2026-11-23T12:00:00")
        let parser = XMLParser(data: Data(xml.utf8))
        let elements = Elements()
        parser.delegate = elements
        #expect(parser.parse(), "\(String(describing: parser.parserError))")
        let suites = elements.found.filter { $0.path == "testsuites/testsuite" }
        #expect(suites.map { $0.attributes["tests"] } == ["2", "1"])
        #expect(suites.map { $0.attributes["failures"] } == ["1", "0"])
        #expect(suites.map { $0.attributes["errors"] } == ["0", "1"])
        for suite in suites {
            let required = ["name", "package", "id", "timestamp", "hostname", "time"]
            for name in required { #expect(suite.attributes[name] != nil, "\(name)") }
        }
        let order = elements.found.map(\.path).filter { $0.split(separator: "/").count == 3 }
        let children = order.map { String($0.split(separator: "/")[2]) }
        #expect(
            children == [
                "properties", "testcase", "testcase", "system-out", "system-err", "properties",
                "testcase", "system-out", "system-err",
            ]
        )
        let cases = elements.found.filter { $0.path == "testsuites/testsuite/testcase" }
        #expect(cases.map { $0.attributes["classname"] } == ["p.a", "p.a", "b"])
        #expect(cases[0].attributes["time"] == "1.500")
        #expect(cases[1].attributes["name"] == "bad & <worse>")
        let problems = elements.found.filter { $0.path.hasPrefix("testsuites/testsuite/testcase/") }
        #expect(problems.map(\.path.description).map { $0.hasSuffix("failure") } == [true, false])
        #expect(problems[0].attributes["message"] == "expected <a> & \"b\"\nor \u{FFFD}")
    }

    @Test("The JSON report is one document with counts, tests and failures")
    func json() throws {
        let text = report().json
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let root = try #require(object as? [String: Any])
        #expect(root["tests"] as? Int == 2)
        #expect(root["failures"] as? Int == 1)
        #expect(root["errors"] as? Int == 1)
        #expect(!text.contains("\n"))
    }
}
