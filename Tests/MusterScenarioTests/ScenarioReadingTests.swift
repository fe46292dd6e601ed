// What is said of test files that are wrong, with its place.

import MusterModel
import MusterScenario
import Testing

@Suite struct ScenarioReadingTests {
    @Test("Unknown keys are told with the nearest one that is known")
    func unknownKeys() {
        let found = findings(
            """
            domian: d
            tests:
              - name: a
                domain: d
                expects: {status: satisfied}
                steps:
                  - {att: 30s, expect: {commands: [{resorce: a}]}}
                  - {reports: [{resource: a, lables: {}}], expect: {notices: {contain: []}}}
            """
        )
        #expect(
            found == [
                "1:1 unknown-key: unknown key `domian`; did you mean `domain`?",
                "5:5 unknown-key: unknown key `expects`; did you mean `expect`?",
                "7:10 unknown-key: unknown key `att`; did you mean `at`?",
                "7:41 unknown-key: unknown key `resorce`; did you mean `resource`?",
                "8:34 unknown-key: unknown key `lables`; did you mean `labels`?",
                "8:67 unknown-key: unknown key `contain`; did you mean `contains`?",
            ]
        )
    }

    @Test("A word that nothing ever matches would make a test that cannot fail, so it is told")
    func words() {
        let found = findings(
            """
            tests:
              - name: a
                domain: d
                expect:
                  status: satisfyed
                  desired: {vm-1: onlin}
                  commands: {absent: [{action: strat}]}
                  notices: {absent: [{type: plan-complete, status: "*"}]}
            """
        )
        #expect(
            found == [
                "5:15 unknown-word: unknown status `satisfyed`; did you mean `satisfied`?",
                "6:23 unknown-word: unknown state `onlin`; did you mean `online`?",
                "7:36 unknown-word: unknown action `strat`; did you mean `start`?",
                "8:33 unknown-word: unknown type `plan-complete`; did you mean `plan-completed`?",
            ]
        )
    }

    @Test("Times only grow, and are offsets or points in time")
    func times() {
        let found = findings(
            """
            tests:
              - name: a
                domain: d
                steps:
                  - {at: 30s, expect: {status: satisfied}}
                  - {at: 10s}
                  - {after: soon}
                  - {at: 1m, after: 1m}
            """
        )
        #expect(
            found == [
                "6:14 back-in-time: the step is at 2001-01-01T00:00:10Z, before the step above it "
                    + "at 2001-01-01T00:00:30Z; put steps in order of time",
                "7:17 not-a-time: `soon` is not a time; "
                    + "write how long after the step before, as in 30s or 5m",
                "8:18 two-forms: `after` cannot stand beside `at`",
            ]
        )
    }

    @Test("A test that expects nothing, two of one name, and a file without tests are told")
    func emptiness() {
        #expect(
            findings("tests: [{name: a, domain: d}]")
                == [
                    "1:10 missing-key: the test expects nothing; write `expect: {…}`, "
                        + "or `steps:` with an `expect` in one of them"
                ]
        )
        #expect(
            findings("domain: d").contains { $0.hasPrefix("1:1 missing-key: `tests` is missing") }
        )
        #expect(findings("").contains { $0.hasPrefix("1:1 no-tests") })
        let twice = findings(
            """
            domain: d
            tests:
              - {name: a, expect: {status: satisfied}}
              - {name: a, expect: {status: satisfied}}
            """
        )
        #expect(twice == ["4:12 duplicate-name: there are two tests named `a`"])
    }

    @Test("What is wrong in a file that is named is told with that file's place")
    func others() {
        let found = findings(
            """
            domain: d
            documents: ../p.yaml
            resources: [r.jsonl, missing.jsonl]
            tests: [{name: a, expect: {status: satisfied}}]
            """,
            [
                "p.yaml": "apiVersion: muster/v1\nkind: Policy\nname: p\nrequire: {cuont: {}}\n",
                "t/r.jsonl": "{\"resource\": \"a\"}\n{\"resource\": 1}\n",
            ]
        )
        #expect(found.count == 3, "\(found)")
        #expect(found.contains { $0.hasPrefix("4:11 unknown-key: unknown key `cuont`") })
        #expect(found.contains { $0.hasPrefix("2:14 wrong-type") })
        #expect(
            found.contains { $0 == "3:22 no-such-file: there is no file `t/missing.jsonl`" }
        )
    }

    @Test("A test without a domain takes the only one that is named")
    func domains() {
        let report = "{domain: d, resource: a}"
        let test = "tests: [{name: a, expect: {status: satisfied}}]"
        #expect(findings("resources: [\(report)]\n\(test)").isEmpty)
        #expect(
            findings("resources: [\(report), {domain: e, resource: b}]\n\(test)")
                == [
                    "2:10 missing-key: documents and resources name several domains: `d`, `e`; "
                        + "write `domain: …`"
                ]
        )
    }

    @Test("A condition that is expected is read as in a policy")
    func conditions() {
        let found = findings(
            """
            tests:
              - name: a
                domain: d
                expect: {that: [{count: {kind: vm}, atleast: 1}]}
            """
        )
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("4:41 unknown-key: unknown key `atleast`") == true)
    }
}
