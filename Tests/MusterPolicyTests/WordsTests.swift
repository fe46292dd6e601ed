// Conditions in the words that people are shown.

import MusterModel
import MusterPolicy
import Testing

@Suite struct WordsTests {
    @Test("every form reads as a short line")
    func conditions() throws {
        let cases = [
            ("{count: {kind: vm, node: node-a}, atLeast: 4}", "at least 4 online vm on node-a"),
            ("{count: {}, atLeast: 1}", "at least 1 online resource"),
            ("{count: {kind: vm}, state: offline, atMost: 0}", "no offline vm"),
            ("{count: {kind: vm}, between: [2, 4]}", "2 to 4 online vm"),
            (
                "{count: {kind: vm}, atLeast: 2, lessThan: \"50%\"}",
                "at least 2 online vm and less than 50% of the vm online"
            ),
            (
                "{sum: cpu, of: {serviceGroup: web}, atLeast: 16}",
                "at least 16 cpu of online resources of group web"
            ),
            (
                "{sum: cpu, of: {kind: vm}, state: available, atLeast: \"12.5%\"}",
                "at least 12.5% of the cpu of vm available"
            ),
            (
                "{distinct: node, of: {kind: vm}, atLeast: 3}",
                "at least 3 different nodes of online vm"
            ),
            (
                "{distinct: labels.zone, of: {kind: vm}, exactly: 1}",
                "exactly 1 value of label zone of online vm"
            ),
            (
                "{count: {kind: vm}, atLeast: {count: {kind: node}, times: 2, plus: 1}}",
                "number of online vm at least 2 × the number of online node + 1"
            ),
            ("{not: {resource: a, is: online}}", "not (a online)"),
            (
                "{or: [{and: [{resource: a, is: online}, {resource: b, is: online}]}, "
                    + "{resource: c, is: offline}]}", "(a online and b online) or c offline"
            ),
            (
                "{atLeast: 1, of: [{resource: a, is: online}, {resource: b, is: online}]}",
                "at least 1 of (a online; b online)"
            ),
            (
                "{if: {resource: a, is: online}, then: {resource: b, is: online}}",
                "if a online then b online"
            ),
            (
                "{forEach: node, of: {kind: vm}, require: {count: {}, atMost: 2}}",
                "for each node of vm: at most 2 online resources"
            ),
            (
                "{fits: [cpu, memory], of: {kind: vm}}",
                "cpu and memory of online vm within what each host has"
            ),
        ]
        for (text, words) in cases { #expect(try condition(text).summary == words) }
    }

    @Test("selectors read as what they select")
    func selectors() throws {
        let cases = [
            ("{}", "resources"),
            ("{kind: [vm, node], cluster: c1}", "vm or node in cluster c1"),
            ("{labels: {tier: gold, qos: LS}}", "resources with qos=LS and tier=gold"),
            (
                "{kind: vm, match: [{label: a, in: [x, w]}, {label: b, notIn: [z]}, "
                    + "{label: c, exists: true}]}",
                "vm with a x or w and a label c without b=z"
            ),
            ("{kind: vm, not: {node: node-a}}", "vm except resources on node-a"),
            ("{any: [{kind: vm}, {kind: node, node: m}]}", "resources that are vm or (node on m)"),
            ("{resource: [a, b, c, d, e, f]}", "resources named a or b or c or 3 more"),
        ]
        for (text, words) in cases {
            let selector = try #require(
                condition("{count: \(text), atLeast: 1}").selectors.first
            )
            #expect(selector.summary == words)
        }
    }

    @Test("long and deep conditions stay short")
    func bounded() throws {
        let part = "{resource: a, is: online}"
        let wide = "{or: [\([String](repeating: part, count: 100).joined(separator: ", "))]}"
        #expect(try condition(wide).summary == "a online or a online or a online or 97 more")
        var deep = part
        for _ in 0..<30 { deep = "{and: [\(deep), \(part)]}" }
        #expect(try condition(deep).summary.utf8.count < 200)
    }

    @Test("selectors and named resources are found wherever they stand")
    func selectorsOfConditions() throws {
        let text = """
            {and: [{count: {kind: a}, atLeast: {sum: x, of: {kind: b}}}, {resource: r, is: online},
              {not: {forEach: node, of: {kind: c}, require: {fits: [x], of: {kind: d}}}},
              {if: {count: {kind: e}, atLeast: 1}, then: {resource: s, is: offline},
               else: {atLeast: 1, of: [{distinct: node, of: {kind: f}, atLeast: 1}]}}]}
            """
        let condition = try condition(text)
        #expect(condition.selectors.map(\.summary) == ["a", "b", "c", "d", "e", "f"])
        #expect(condition.resources.map(\.name) == ["r", "s"])
    }
}
