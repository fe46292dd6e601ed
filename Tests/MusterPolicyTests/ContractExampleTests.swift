// The examples that users are shown must mean what they are shown for.

import MusterModel
import MusterPolicy
import Testing

@Suite struct ContractExampleTests {
    static let webTier = """
        apiVersion: muster/v1
        kind: Policy
        name: web-tier
        domain: prod-east            # absent: every domain
        priority: 100                # a higher one is satisfied first
        mode: enforce
        whenUnsatisfiable: hold
        parameters: {n: 4}
        require:
          or:
            - and:
                - {count: {kind: vm, node: node-a}, atLeast: "${n}"}
                - {count: {kind: vm, node: node-b}, atLeast: 3}
            - {count: {kind: vm, node: node-c}, atLeast: 8}
        prefer:
          - that: {count: {labels: {tier: gold}}, atLeast: 4}
            weight: 10
        minimize:
          - {sum: price, of: {kind: vm}, weight: 1}
        changes:
          - {of: {labels: {fragile: "true"}}, cost: 5}
        severity: critical
        """

    static let others = """
        apiVersion: muster/v1
        kind: ServiceGroup
        name: web
        domain: prod-east
        dependsOn:
          - {group: db, atLeast: 1, binding: firm}
        ---
        apiVersion: muster/v1
        kind: Maintenance
        name: replace-node-a
        domain: prod-east
        where: {node: node-a}
        effect: drain
        from: 2026-11-24T20:00:00Z
        until: 2026-11-25T04:00:00Z
        """

    @Test("the policy of the example is read with every field")
    func policy() throws {
        let (changes, diagnostics) = read(Self.webTier)
        #expect(diagnostics.isEmpty)
        guard case .set(.policy(let policy), _)? = changes.first else {
            Issue.record("no policy")
            return
        }
        func vms(on node: String, atLeast bound: Int) -> Condition {
            Condition(
                .comparison(
                    Quantity(.count, of: .kind("vm", .on(node))),
                    [Comparison(.atLeast, .integer(bound))]
                )
            )
        }
        #expect(policy.name == "web-tier")
        #expect(policy.domain == DomainID("prod-east"))
        #expect(policy.priority == 100)
        #expect(policy.mode == .enforce)
        #expect(policy.whenUnsatisfiable == .hold)
        #expect(policy.severity == .critical)
        #expect(
            policy.require
                == Condition(
                    .or([
                        Condition(
                            .and([
                                vms(on: "node-a", atLeast: 4), vms(on: "node-b", atLeast: 3),
                            ])
                        ),
                        vms(on: "node-c", atLeast: 8),
                    ])
                )
        )
        let gold = Selector([.label("tier", in: ["gold"])])
        #expect(policy.prefer.map(\.weight) == [10])
        #expect(
            policy.prefer.map(\.condition) == [
                Condition(
                    .comparison(
                        Quantity(.count, of: gold),
                        [Comparison(.atLeast, .integer(4))]
                    )
                )
            ]
        )
        #expect(
            policy.minimize == [
                Policy.Minimization(Quantity(.sum("price"), of: .kind("vm")), weight: 1)
            ]
        )
        #expect(
            policy.changes == [
                Policy.ChangeCost(of: Selector([.label("fragile", in: ["true"])]), cost: 5)
            ]
        )
    }

    @Test("the parameter keeps the place where it is used")
    func parameterPlace() throws {
        guard case .set(.policy(let policy), _)? = read(Self.webTier).changes.first,
            case .or(let parts)? = policy.require?.form, case .and(let both)? = parts.first?.form,
            case .comparison(_, let comparisons)? = both.first?.form
        else {
            Issue.record("not the expected shape")
            return
        }
        #expect(comparisons.first?.span.start == Mark(line: 12, column: 54))
        #expect(both.first?.span.start == Mark(line: 12, column: 11))
    }

    @Test("the group and the maintenance entry of the example are read")
    func others() throws {
        let (changes, diagnostics) = read(Self.others)
        #expect(diagnostics.isEmpty)
        guard case .set(.serviceGroup(let group), _)? = changes.first,
            case .set(.maintenance(let maintenance), _)? = changes.last
        else {
            Issue.record("not the expected documents")
            return
        }
        #expect(group.name == "web")
        #expect(group.dependsOn.map(\.group) == ["db"])
        #expect(group.dependsOn.map(\.atLeast) == [1])
        #expect(group.dependsOn.map(\.binding) == [.firm])
        #expect(maintenance.selector == Selector([.on("node-a")]))
        #expect(maintenance.effect == .drain)
        #expect(maintenance.from == Instant(rfc3339: "2026-11-24T20:00:00Z"))
        #expect(maintenance.until == Instant(rfc3339: "2026-11-25T04:00:00Z"))
    }

    @Test("no prefix of an example makes the reader fail")
    func prefixes() {
        for example in [Self.webTier, Self.others] {
            let bytes = Array(example.utf8)
            for length in bytes.indices {
                let text = String(decoding: bytes[..<length], as: UTF8.self)
                _ = read(text)
                _ = read(text, from: .bus)
            }
        }
    }
}
