// Policies that contradict each other whatever resources there are.

import MusterModel
import MusterPolicy
import MusterYAML
import Testing

@Suite struct ContradictionTests {
    private func conflicts(_ first: String, _ second: String, _ more: String = "") -> [String] {
        let text = """
            apiVersion: muster/v1
            kind: Policy
            name: first
            require: \(first)
            ---
            apiVersion: muster/v1
            kind: Policy
            name: second
            \(more)require: \(second)
            """
        let read = DocumentText.read(
            [DocumentText(source: "case", bytes: Array(text.utf8), format: .yaml)],
            from: .file
        )
        return read.diagnostics.filter { $0.code == "policies-conflict" }.map(\.message)
    }

    @Test("bounds on the same or a wider selection that cannot hold together are found")
    func found() {
        let cases = [
            ("{count: {kind: vm}, atLeast: 5}", "{count: {kind: vm}, atMost: 3}"),
            ("{count: {kind: vm, node: a}, atLeast: 5}", "{count: {kind: vm}, atMost: 3}"),
            ("{count: {kind: vm}, atLeast: 1}", "{count: {}, exactly: 0}"),
            ("{count: {kind: vm}, greaterThan: 3}", "{count: {kind: vm}, lessThan: 4}"),
            ("{count: {kind: vm}, atLeast: 4}", "{count: {kind: vm}, state: available, atMost: 3}"),
            ("{count: {resource: web-1}, atLeast: 1}", "{count: {resource: 'web-*'}, atMost: 0}"),
            ("{resource: a, is: online}", "{resource: a, is: offline}"),
            ("{resource: a, is: online}", "{count: {}, atMost: 0}"),
            ("{sum: cpu, of: {kind: vm}, atLeast: 9}", "{sum: cpu, of: {}, atMost: 8}"),
            (
                "{distinct: node, of: {kind: vm}, atLeast: 3}",
                "{count: {kind: vm}, atMost: 2}"
            ),
            (
                "{and: [{count: {cluster: c}, atLeast: 1}, {count: {kind: vm}, atLeast: 7}]}",
                "{count: {kind: [vm, node]}, between: [0, 6]}"
            ),
            (
                "{count: {labels: {tier: gold}}, atLeast: 2}",
                "{count: {match: [{label: tier, exists: true}]}, atMost: 1}"
            ),
            (
                "{count: {any: [{node: a}, {node: b}]}, atLeast: 2}",
                "{count: {node: [a, b, c]}, atMost: 1}"
            ),
        ]
        for (first, second) in cases {
            #expect(conflicts(first, second).count == 1, "\(first) and \(second)")
            #expect(conflicts(second, first).count == 1, "\(second) and \(first)")
        }
    }

    @Test("what some inventory allows is not complained about")
    func allowed() {
        let cases = [
            ("{count: {kind: vm}, atLeast: 3}", "{count: {kind: vm}, atMost: 3}"),
            ("{count: {kind: vm}, atLeast: 5}", "{count: {kind: node}, atMost: 3}"),
            ("{count: {}, atLeast: 5}", "{count: {kind: vm}, atMost: 3}"),
            ("{count: {kind: vm}, state: available, atLeast: 4}", "{count: {kind: vm}, atMost: 3}"),
            ("{count: {kind: vm}, atLeast: \"80%\"}", "{count: {kind: vm}, atMost: \"20%\"}"),
            ("{sum: cpu, of: {}, atLeast: 9}", "{sum: memory, of: {}, atMost: 8}"),
            ("{or: [{count: {kind: vm}, atLeast: 5}]}", "{count: {kind: vm}, atMost: 3}"),
            ("{resource: a, is: online}", "{resource: b, is: offline}"),
            (
                "{count: {application: x}, atLeast: 2}",
                "{count: {not: {application: x}}, atMost: 1}"
            ),
        ]
        for (first, second) in cases {
            #expect(conflicts(first, second).isEmpty, "\(first) and \(second)")
        }
        let opposed = ("{count: {kind: vm}, atLeast: 5}", "{count: {kind: vm}, atMost: 3}")
        #expect(conflicts(opposed.0, opposed.1, "mode: observe\n").isEmpty)
    }

    @Test("both places are shown")
    func places() throws {
        let text = """
            apiVersion: muster/v1
            kind: Policy
            name: many
            domain: east
            require: {count: {kind: vm}, atLeast: 5}
            ---
            apiVersion: muster/v1
            kind: Policy
            name: few
            require: {count: {}, atMost: 3}
            """
        let read = DocumentText.read(
            [DocumentText(source: "case.yaml", bytes: Array(text.utf8), format: .yaml)],
            from: .file
        )
        let finding = try #require(read.diagnostics.first)
        #expect(
            finding.message
                == "the policies `many` and `few` can never hold together: at least 5 online vm, "
                + "but at most 3 online resources"
        )
        #expect(finding.span.description == "case.yaml:5:39")
        #expect(finding.related.map(\.span.description) == ["case.yaml:10:30"])
        #expect(finding.severity == .warning)
        #expect(read.changes.count == 2)
    }
}
