// What tests say when something is not as expected, and that they say nothing when it is.

import Foundation
import MusterModel
import MusterPolicy
import Testing

@testable import MusterScenario

@Suite struct ScenarioRunTests {
    private static let given = """
        domain: d
        documents:
          - apiVersion: muster/v1
            kind: Policy
            name: two
            priority: 7
            require: {count: {kind: vm}, atLeast: 2}
        resources: [{resource: "vm-{1..3}", state: offline}]

        """

    private func failures(of expectation: String) throws -> [String] {
        try MusterScenarioTests.failures(
            Self.given + "tests:\n  - name: t\n    expect: {\(expectation)}\n"
        ).map { $0.replacing(#/^t/a.test.yaml:11:/#, with: "").replacing(#/^12:/#, with: "") }
    }

    @Test("What is as expected is passed over in silence")
    func passes() throws {
        let expectations = [
            "status: satisfied", "optimal: true", "satisfied: [two]", "unsatisfied: []",
            "desired: {vm-1: online, vm-2: online, vm-3: offline, vm-4: unmanaged}",
            "online: [vm-2, vm-1]", "online: {contains: [vm-1], absent: [vm-3], count: 2}",
            "that: {count: {kind: vm}, exactly: 2}",
            "objective: {cost: 2, changes: 2, unsatisfied: {7: []}, shortfall: {7: 0}}",
            "commands: [{resource: vm-2}, {resource: vm-1, action: start, stage: 1}]",
            "commands: {contains: [{resource: 'vm-*'}, {resource: 'vm-*'}], count: 2}",
            "plan: {absent: [{action: stop}], contains: [{policies: [two]}]}",
            "notices: {contains: [{type: plan-started, status: info, summary: '* 2 to start*'}]}",
        ]
        for expectation in expectations {
            #expect(try failures(of: expectation).isEmpty, "\(expectation)")
        }
    }

    @Test("A policy that was given for another domain is told as such")
    func elsewhere() throws {
        let file = Self.given.replacing("name: two", with: "name: two\n    domain: east")
        let found = try MusterScenarioTests.failures(
            file + "tests:\n  - name: t\n    expect: {satisfied: [two]}\n"
        )
        #expect(found.count == 1)
        #expect(found.first?.contains("it is for the domain `east`, and this test for `d`") == true)
    }

    @Test("What is otherwise is told with what there is")
    func fails() throws {
        let expectations = [
            "status: unsatisfied": "expected unsatisfied, found satisfied",
            "optimal: false": "the choice is proven best",
            "satisfied: [tow]":
                "no policy `tow` is in force (at the beginning); did you mean `two`?",
            "unsatisfied: [two]": "policy `two` holds",
            "desired: {vm-1: offline}": "`vm-1`: expected offline, found online",
            "online: [vm-1]": "vm-2 is online too",
            "online: {absent: [vm-1]}": "vm-1 is online",
            "that: {count: {kind: vm}, exactly: 3}": "expected exactly 3 online vm (2 online",
            "objective: {cost: 3}": "cost: expected 3, found 2",
            "objective: {unsatisfied: {7: [two]}}": "expected [two], found []",
            "commands: [{resource: vm-1}]":
                "{action: start, resource: vm-2, stage: 1} was sent too",
            "commands: {contains: [{resource: vm-3}]}":
                "expected {resource: vm-3}, which was not sent",
            "commands: {contains: [{resource: 'vm-1'}, {resource: 'vm-1'}]}": "which was not sent",
            "plan: {count: 3}": "expected 3, found 2",
            "plan: {absent: [{action: start}]}": "is planned",
            "notices: {contains: [{type: plan-held}]}": "which was not published",
        ]
        for (expectation, message) in expectations.sorted(by: { $0.key < $1.key }) {
            guard
                !expectation.contains("plan-held")
                    || Notice.Kind(rawValue: "plan-held") != nil
            else { continue }
            let found = try failures(of: expectation)
            #expect(found.count == 1, "\(expectation): \(found)")
            #expect(found.first?.contains(message) == true, "\(expectation): \(found)")
        }
    }

    @Test("Time passes between steps: what is not confirmed is sent again, then given up")
    func time() throws {
        let found = try MusterScenarioTests.failures(
            Self.given + """
                tests:
                  - name: t
                    steps:
                      - at: 2m
                        expect: {commands: {contains: [{resource: vm-1, attempt: 2}]}}
                      - at: 40m
                        expect:
                          notices: {contains: [{type: command-failed, summary: 'vm-1 *'}]}
                      - after: 1s
                        confirm: [vm-9]
                """
        )
        #expect(found.count == 1)
        #expect(found.first?.contains("`vm-9` has no command under way (step 3, ") == true)
    }

    @Test("A sample notice has every field that a notice has")
    func samples() {
        for child in Mirror(reflecting: Samples.sampleNotice).children {
            let mirror = Mirror(reflecting: child.value)
            let isEmpty =
                mirror.displayStyle == .optional || mirror.displayStyle == .collection
                ? mirror.children.isEmpty : false
            #expect(!isEmpty, "\(child.label ?? "")")
        }
    }
}
