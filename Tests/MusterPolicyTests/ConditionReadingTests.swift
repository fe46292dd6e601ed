// Every form of condition and selector, read as the contract says what it means.

import MusterModel
import MusterPolicy
import Testing

@Suite struct ConditionReadingTests {
    private let a = Condition(.resource(ResourceID("a"), is: .online))
    private let b = Condition(.resource(ResourceID("b"), is: .offline))
    private let pair = "[{resource: a, is: online}, {resource: b, is: offline}]"

    private func counted(
        _ quantity: Quantity,
        _ relation: Comparison.Relation,
        _ operand: Comparison.Operand
    ) -> Condition {
        Condition(.comparison(quantity, [Comparison(relation, operand)]))
    }

    @Test("logical forms")
    func logic() throws {
        #expect(try condition("{and: \(pair)}") == Condition(.and([a, b])))
        #expect(try condition("{or: \(pair)}") == Condition(.or([a, b])))
        #expect(try condition("{nor: \(pair)}") == Condition(.nor([a, b])))
        #expect(try condition("{nand: \(pair)}") == Condition(.nand([a, b])))
        #expect(try condition("{xor: \(pair)}") == Condition(.xor([a, b])))
        #expect(try condition("{not: {resource: a, is: online}}") == Condition(.not(a)))
        let implication = "if: {resource: a, is: online}, then: {resource: b, is: offline}"
        #expect(
            try condition("{\(implication)}")
                == Condition(.implication(if: a, then: b, else: nil))
        )
        #expect(
            try condition("{\(implication), else: {resource: a, is: online}}")
                == Condition(.implication(if: a, then: b, else: a))
        )
    }

    @Test("a number of conditions")
    func thresholds() throws {
        #expect(
            try condition("{atLeast: 1, of: \(pair)}")
                == Condition(.threshold([Comparison(.atLeast, .integer(1))], of: [a, b]))
        )
        #expect(
            try condition("{of: \(pair), atMost: 2, exactly: 1}")
                == Condition(
                    .threshold(
                        [Comparison(.atMost, .integer(2)), Comparison(.exactly, .integer(1))],
                        of: [a, b]
                    )
                )
        )
    }

    @Test("quantities and each comparison of them")
    func comparisons() throws {
        let vms = Quantity(.count, of: .kind("vm"))
        for relation in Comparison.Relation.allCases {
            #expect(
                try condition("{count: {kind: vm}, \(relation.rawValue): 3}")
                    == counted(vms, relation, .integer(3))
            )
            #expect(
                try condition("{count: {kind: vm}, \(relation.rawValue): \"12.5%\"}")
                    == counted(vms, relation, .share(thousandthsOfPercent: 12_500))
            )
        }
        #expect(
            try condition("{count: {kind: vm}, between: [2, 4]}")
                == Condition(
                    .comparison(
                        vms,
                        [Comparison(.atLeast, .integer(2)), Comparison(.atMost, .integer(4))]
                    )
                )
        )
        #expect(
            try condition("{sum: cpu, of: {kind: vm}, state: available, atLeast: 16}")
                == counted(
                    Quantity(.sum("cpu"), of: .kind("vm"), state: .available),
                    .atLeast,
                    .integer(16)
                )
        )
        #expect(
            try condition("{distinct: labels.zone, of: {}, state: offline, exactly: 20.05%}")
                == counted(
                    Quantity(.distinct(.label("zone")), of: Selector([]), state: .offline),
                    .exactly,
                    .share(thousandthsOfPercent: 20_050)
                )
        )
    }

    @Test("quantities as operands")
    func operands() throws {
        let vms = Quantity(.count, of: .kind("vm"))
        #expect(
            try condition(
                "{count: {kind: vm}, atLeast: {count: {kind: vm}, state: offline, times: 2, "
                    + "plus: -1}}"
            )
                == counted(
                    vms,
                    .atLeast,
                    .quantity(
                        Quantity(.count, of: .kind("vm"), state: .offline),
                        times: 2,
                        plus: -1
                    )
                )
        )
        #expect(
            try condition("{count: {kind: vm}, lessThan: {sum: cpu, of: {}}}")
                == counted(
                    vms,
                    .lessThan,
                    .quantity(Quantity(.sum("cpu"), of: Selector([])), times: 1, plus: 0)
                )
        )
    }

    @Test("forEach and fits")
    func groups() throws {
        #expect(
            try condition(
                "{forEach: serviceGroup, of: {kind: vm}, require: {resource: a, is: online}}"
            )
                == Condition(.forEach(.serviceGroup, of: .kind("vm"), require: a))
        )
        #expect(
            try condition("{fits: [cpu, memory], of: {kind: vm}}")
                == Condition(.fits(capacities: ["cpu", "memory"], of: .kind("vm")))
        )
    }

    @Test("selectors, in whatever order they are written")
    func selectors() throws {
        let text = """
            {count: {any: [{node: a}, {}], not: {kind: vm}, labels: {b: z, a: x},
              match: [{label: t, in: [g, s]}, {label: u, notIn: [v]}, {label: w, exists: false}],
              application: shop, serviceGroup: [s1, "s2-*"], cluster: c, node: m, resource: r,
              kind: vm}, atLeast: 1}
            """
        guard case .comparison(let quantity, _) = try condition(text).form else {
            Issue.record("no comparison")
            return
        }
        func field(_ field: Selector.Field, _ texts: String...) -> Selector.Requirement {
            .field(field, texts.map { Pattern($0) })
        }
        #expect(
            quantity.selector.requirements == [
                field(.kind, "vm"), field(.resource, "r"), field(.node, "m"),
                field(.cluster, "c"), field(.serviceGroup, "s1", "s2-*"),
                field(.application, "shop"), .label("a", in: ["x"]), .label("b", in: ["z"]),
                .label("t", in: ["g", "s"]), .labelNotIn("u", ["v"]), .labelExists("w", false),
                .not(.kind("vm")), .any([Selector([.on("a")]), Selector([])]),
            ]
        )
    }

    @Test("a label that looks like a number or a boolean is text as it is written, with a warning")
    func labelText() throws {
        let (changes, diagnostics) = read(
            policyText("require: {count: {labels: {v: 1.20, f: true}}, atLeast: 1}")
        )
        #expect(diagnostics.map(\.code) == ["label-is-text", "label-is-text"])
        guard case .set(.policy(let policy), _)? = changes.first else {
            Issue.record("no policy")
            return
        }
        #expect(
            policy.require?.selectors == [
                Selector([.label("f", in: ["true"]), .label("v", in: ["1.20"])])
            ]
        )
    }

    @Test("what cannot be is refused, what can is not")
    func contradictions() {
        func comparison(_ text: String) -> [String] {
            conditionFindings("{count: {}, \(text)}").map { String($0.prefix { $0 != " " }) }
        }
        #expect(comparison("atLeast: 3, atMost: 3") == [])
        #expect(comparison("greaterThan: 2, lessThan: 4") == [])
        #expect(comparison("greaterThan: 2, lessThan: 3") == ["contradiction"])
        #expect(comparison("exactly: 2, atLeast: 3") == ["contradiction"])
        #expect(comparison("atLeast: \"50%\", atMost: \"50%\"") == [])
        #expect(comparison("greaterThan: \"50%\", atMost: \"50%\"") == ["contradiction"])
        #expect(comparison("atLeast: 5, atMost: \"1%\"") == [])
        #expect(comparison("between: [2, 2]") == [])
        #expect(comparison("between: [\"20%\", \"10%\"]") == ["empty-range"])
    }

    @Test("nesting is bounded however the tree was made")
    func nesting() {
        let place = SourceSpan.none
        func mapping(_ entries: (String, Node)...) -> Node {
            Node(
                .mapping(entries.map { Node.Entry(key: $0.0, keySpan: place, value: $0.1) }),
                at: place
            )
        }
        func text(_ text: String) -> Node {
            Node(.scalar(.string(text), text: text, isQuoted: false), at: place)
        }
        var tree = mapping(("resource", text("a")), ("is", text("online")))
        for _ in 0..<1000 { tree = mapping(("not", tree)) }
        let document = mapping(
            ("apiVersion", text("muster/v1")),
            ("kind", text("Policy")),
            ("name", text("p")),
            ("require", tree)
        )
        let (changes, diagnostics) = DocumentReader.read([document], from: .file)
        #expect(changes.isEmpty)
        #expect(diagnostics.map(\.code) == ["too-deep"])
    }
}
