// Documents as wholes: what the bus may bring, parameters, and what only shows when documents
// are looked at together.

import MusterModel
import MusterPolicy
import MusterYAML
import Testing

@Suite struct DocumentReadingTests {
    private let head = "apiVersion: muster/v1, kind:"
    private let holds = "require: {resource: a, is: online}"

    @Test("defaults are the contract's")
    func defaults() throws {
        let policy = try policy(holds)
        #expect(policy == Policy(name: "p", require: policy.require))
        #expect(
            try MusterPolicyTests.policy("prefer: [{that: {resource: a, is: online}}]").prefer.map(
                \.weight
            ) == [1]
        )
        let (changes, _) = read("{\(head) ServiceGroup, name: g, dependsOn: [{group: h}]}")
        guard case .set(.serviceGroup(let group), _)? = changes.first else {
            Issue.record("no group")
            return
        }
        #expect(group.dependsOn.map(\.atLeast) == [1])
        #expect(group.dependsOn.map(\.binding) == [.firm])
    }

    @Test("the bus may set, withdraw, set parameters, replace all, release and ask for reports")
    func busEvents() throws {
        let text = """
            [{\(head) Policy, name: a, domain: d, \(holds)},
             {\(head) ServiceGroup, name: b, deleted: true},
             {\(head) Policy, name: c, parameters: {n: 4}},
             {\(head) StatusRequest},
             {\(head) StatusRequest, where: {kind: vm}},
             {\(head) Configuration, policies: [{name: e, \(holds)}],
              serviceGroups: [{name: f}], maintenance: [{name: g, where: {}, effect: cordon}]},
             {\(head) Release},
             {\(head) Release, name: now, domain: d, where: {resource: a}}]
            """
        let (changes, diagnostics) = read(text, from: .bus, domain: DomainID("d"))
        #expect(diagnostics == [])
        try #require(changes.count == 8)
        guard case .set(.policy(let policy), let source) = changes[0],
            case .withdraw(.serviceGroup, name: "b") = changes[1],
            case .parameters(policy: "c", let parameters) = changes[2],
            case .statusRequest(nil) = changes[3],
            case .statusRequest(.some(let selector)) = changes[4],
            case .replaceAll(let documents) = changes[5],
            case .release(nil) = changes[6],
            case .release(.some(let released)) = changes[7]
        else {
            Issue.record("not the expected changes")
            return
        }
        #expect(policy.domain == DomainID("d"))
        #expect(source["name"] != nil)
        #expect(parameters["n"] != nil)
        #expect(selector == .kind("vm"))
        #expect(released.matches(Resource(id: ResourceID("a"))))
        #expect(!released.matches(Resource(id: ResourceID("b"))))
        #expect(documents.map(\.0.kind) == [.policy, .serviceGroup, .maintenance])
        #expect(documents.map(\.0.name) == ["e", "f", "g"])
    }

    @Test("one bad document takes all of its event with it")
    func allOrNothing() {
        let text = "[{\(head) Policy, name: a, \(holds)}, {\(head) Policy, name: b}]"
        let (changes, diagnostics) = read(text, from: .bus)
        #expect(changes.isEmpty)
        #expect(diagnostics.hasErrors)
    }

    @Test("empty documents are passed over")
    func emptyDocuments() {
        #expect(read("").diagnostics.isEmpty)
        #expect(read("# nothing\n---\n---\n").diagnostics.isEmpty)
    }

    @Test("a policy of a whole configuration can be read again from its tree")
    func enclosedSource() throws {
        let text = """
            {\(head) Configuration, policies: [{name: e, parameters: {n: 1},
              require: {count: {}, atLeast: "${n}"}}]}
            """
        guard case .replaceAll(let documents)? = read(text, from: .bus).changes.first,
            let source = documents.first?.source
        else {
            Issue.record("no configuration")
            return
        }
        let (policy, diagnostics) = DocumentReader.policy(from: source, parameters: nil)
        #expect(diagnostics == [])
        #expect(policy?.require?.summary == "at least 1 online resource")
    }

    @Test("parameters take the type of their value, in whole and in part")
    func parameters() throws {
        let text = """
            parameters: {n: 4, share: "80%", names: [x, z], site: east, price: "$${raw}"},
            require: {and: [
              {count: {node: "${names}"}, atLeast: "${n}"},
              {count: {cluster: "web-${site}-${n}"}, atLeast: "${share}"},
              {count: {labels: {k: "${price}", l: "$${site}", m: $5}}, atMost: "${n}0%"}]}
            """
        #expect(
            try policy(text).require?.summary
                == "at least 4 online resources on x or z and at least 80% of the resources in "
                + "cluster web-east-4 online and at most 40% of the resources with k=${raw} and "
                + "l=${site} and m=$5 online"
        )
    }

    @Test("parameters set anew go before the policy's own, and only known ones may be")
    func overrides() throws {
        let text = policyText(
            "parameters: {n: 4, m: 1}, require: {count: {}, atLeast: \"${n}\", atMost: \"${m}0%\"}"
        )
        let (documents, _) = YAML.read(Array(text.utf8), source: "t.yaml")
        let source = try #require(documents.first)
        func again(_ parameters: String) -> (policy: Policy?, codes: [String]) {
            let (nodes, _) = YAML.read(Array(parameters.utf8), source: "bus")
            let (policy, diagnostics) = DocumentReader.policy(
                from: source,
                parameters: nodes.first
            )
            return (policy, diagnostics.map { "\($0.code) \($0.span)" })
        }
        #expect(
            again("{n: 2}").policy?.require?.summary
                == "at least 2 online resources and at most 10% of the resources online"
        )
        #expect(again("{nn: 1}").codes.first == "unknown-parameter bus:1:2")
        #expect(
            again("{n: many}").codes == ["wrong-type t.yaml:2:57"]
        )
        #expect(again("[n]").codes.contains("wrong-type bus:1:1"))
    }

    @Test("a wrong value of a parameter is told with the place it came from")
    func parameterCause() throws {
        let (_, diagnostics) = read(
            policyText("parameters: {n: x}, require: {count: {}, atLeast: \"${n}\"}")
        )
        let finding = try #require(diagnostics.first)
        #expect(finding.span.start == Mark(line: 2, column: 51))
        #expect(finding.related.map(\.span.start) == [Mark(line: 2, column: 17)])
    }

    @Test("parameters that expand without end are refused")
    func parameterBombs() {
        let long = String(repeating: "x", count: 60_000)
        let uses = (0..<200).map { _ in "{resource: \"a${p}\", is: online}" }
        let texts = policyText(
            "parameters: {p: \(long)}, require: {and: [\(uses.joined(separator: ", "))]}"
        )
        #expect(read(texts).diagnostics.map(\.code).contains("parameter-expansion"))
        let names = (0..<2000).map { "n\($0)" }.joined(separator: ", ")
        let many = (0..<200).map { _ in "{count: {node: \"${p}\"}, atLeast: 1}" }
        let lists = policyText(
            "parameters: {p: [\(names)]}, require: {and: [\(many.joined(separator: ", "))]}"
        )
        #expect(read(lists).diagnostics.map(\.code).contains("parameter-expansion"))
    }

    @Test("the domain in a document must be the record's")
    func domains() {
        let text = "{\(head) Policy, name: a, domain: x, \(holds)}"
        #expect(read(text, from: .bus, domain: DomainID("x")).diagnostics == [])
        #expect(read(text, from: .bus, domain: nil).diagnostics == [])
        let wrong = read(text, from: .bus, domain: DomainID("y")).diagnostics
        #expect(wrong.map(\.code) == ["wrong-domain"])
    }

    @Test("one name stands for one document of its kind in a domain")
    func duplicates() {
        func policy(_ domain: String) -> String { "{\(head) Policy, name: a, \(domain)\(holds)}" }
        func codes(_ documents: String...) -> [String] {
            read("[" + documents.joined(separator: ",") + "]").diagnostics.map(\.code)
        }
        #expect(codes(policy("domain: x, "), policy("domain: w, ")) == [])
        #expect(codes(policy("domain: x, "), policy("domain: x, ")) == ["duplicate-document"])
        #expect(codes(policy("domain: x, "), policy("")) == ["duplicate-document"])
        #expect(codes(policy(""), policy("domain: x, ")) == ["duplicate-document"])
        #expect(codes(policy(""), "{\(head) ServiceGroup, name: a}") == [])
    }

    @Test("firm circles among groups are errors, also when only one domain has them")
    func cycles() {
        func group(_ name: String, _ needs: String, _ more: String = "") -> String {
            "{\(head) ServiceGroup, name: \(name), \(more)dependsOn: [{group: \(needs)}]}"
        }
        func codes(_ documents: String...) -> [String] {
            read("[" + documents.joined(separator: ",") + "]").diagnostics.map(\.code)
        }
        #expect(codes(group("a", "b"), group("b", "c")) == [])
        #expect(codes(group("a", "b"), group("b", "a")) == ["dependency-cycle"])
        #expect(codes(group("a", "b"), group("b", "a", "domain: x, ")) == ["dependency-cycle"])
        #expect(codes(group("a", "b", "domain: w, "), group("b", "a", "domain: x, ")) == [])
        #expect(codes(group("a", "b"), group("b", "a, binding: soft")) == ["soft-cycle"])
    }

    @Test("a chain of very many groups is searched without recursion")
    func longChains() {
        let documents = (0..<100_000).map { index in
            Document.serviceGroup(
                ServiceGroup(
                    name: "g\(index)",
                    dependsOn: [
                        .init(group: "g\((index + 1) % 100_000)", atLeast: 1, binding: .firm)
                    ]
                )
            )
        }
        let findings = DocumentReader.conflicts(among: documents)
        #expect(findings.map(\.code) == ["dependency-cycle"])
    }

    @Test("a million bytes of documents, keys or items end with bounded findings")
    func floods() {
        let size = 1 << 20
        let floods = [
            "- {apiVersion: muster/v1, kind: Policy}\n", "- a: 1\n", "k: 1\n---\n",
            "- {apiVersion: muster/v1, kind: Policy, name: x, require: {and: []}}\n",
        ]
        for flood in floods {
            let text = String(repeating: flood, count: size / flood.utf8.count)
            #expect(read(text).diagnostics.count <= 400)
        }
        var wide = "apiVersion: muster/v1\nkind: Policy\nname: x\nrequire:\n  and:\n"
        wide += String(repeating: "    - {cuont: {}, atLeats: 1}\n", count: 10_000)
        #expect(read(wide).diagnostics.count == 100)
    }
}
