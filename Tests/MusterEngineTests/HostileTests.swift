// Reports and documents that nobody sends on purpose, or only on purpose. Nothing may trap, and
// what is decided must still be right.

import MusterEngine
import MusterModel
import MusterPolicy
import Testing

@Suite struct HostileTests {
    @Test("huge numbers saturate and do not trap")
    func hostile() {
        let huge = Quantity(.sum("cpu"), of: Selector([]))
        let policy = Policy(
            name: "p",
            require: Condition(
                .comparison(
                    huge,
                    [
                        Comparison(.atLeast, .quantity(huge, times: 1_000_000_000, plus: 1)),
                        Comparison(.atMost, .integer(1_000_000_000_000)),
                    ]
                )
            ),
            minimize: [.init(huge, weight: 1_000_000_000)]
        )
        var domain = Domain(
            DomainID("d"),
            baseline: Baseline([.init(.policy(policy), source: Node(.mapping([]), at: .none))])
        )
        let reports = (0..<1000).map { number -> Report in
            var resource = vm("r\(number)", .online)
            resource.capacity = ["cpu": 1 << 53]
            return .observed(resource)
        }
        _ = domain.handle([.reports(reports)], at: .zero)
        #expect(domain.summary.registered == 1000)
    }
}
