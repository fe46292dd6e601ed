// What it takes to say why a policy cannot hold and what would help, beside deciding the same part
// anew: 1,000 resources, policies that cannot hold for want of machines, and ones that contradict
// others.

internal import Foundation
internal import MusterEngine
internal import MusterModel
internal import MusterPolicy
internal import MusterTestKit

/// Times explanations.
enum ExplainBenchmark: Benchmark {
    static let name = "explain"
    static let purpose = "why a policy does not hold and what would help, beside deciding anew"

    private static let resources = 1000
    private static let policies = 60
    private static let applications = 20
    private static let nodes = 50

    static func run() throws {
        print("\(resources) resources, \(policies) policies; milliseconds of one core, medians\n")
        print("family        explained    first    whole  decide anew    ratio")
        for family in Family.allCases {
            var firsts: [Double] = []
            var wholes: [Double] = []
            var decisions: [Double] = []
            for seed in 0..<20 {
                var domain = domain(family, seed: seed)
                for state in domain.summary.policies where !state.isSatisfied {
                    let first = milliseconds {
                        domain.explanation(of: state.name, isBrief: true)
                    }
                    let whole = milliseconds { domain.explanation(of: state.name) }
                    guard first.result?.suggestions.isEmpty == false else { continue }
                    let decision = milliseconds { domain.decideAnew(state.name) }
                    firsts.append(first.time)
                    wholes.append(whole.time)
                    decisions.append(decision.time)
                }
            }
            let ratios = zip(decisions, firsts).map { $0 / $1 }
            let name = family.rawValue.padding(toLength: 12, withPad: " ", startingAt: 0)
            print(
                "\(name)  " + String(format: "%9d", firsts.count)
                    + [firsts, wholes, decisions, ratios].map {
                        String(format: " %8.2f", median($0))
                    }.joined(separator: " ")
                    + String(format: "   first: slowest %.2f", firsts.max() ?? 0)
            )
        }
    }

    private static func milliseconds<Result>(
        _ work: () -> Result
    ) -> (result: Result, time: Double) {
        let start = threadSeconds()
        let result = work()
        return (result, (threadSeconds() - start) * 1000)
    }

    private static func median(_ values: [Double]) -> Double {
        values.isEmpty ? .nan : values.sorted()[values.count / 2]
    }

    // MARK: Domains

    /// How far policies reach, and what they suffer from.
    private enum Family: String, CaseIterable {
        /// Each speaks of one application; some ask for more than there is.
        case scoped
        /// Some also cap what others need.
        case opposed
        /// Applications, nodes and labels across each other, some of them capped.
        case mixed
    }

    private static func domain(_ family: Family, seed: Int) -> Domain {
        var random = SolverRandomness(seed: UInt64(seed) &* 31 &+ 7)
        var domain = Domain(
            DomainID("bench"),
            baseline: Baseline(
                (0..<policies).map {
                    .init(
                        .policy(policy($0, family, &random)),
                        source: Node(.mapping([]), at: .none)
                    )
                }
            )
        )
        let reports = (0..<resources).map { Report.observed(resource($0, &random)) }
        _ = domain.handle([.reports(reports)], at: Instant(milliseconds: 1_700_000_000_000))
        return domain
    }

    private static func resource(_ number: Int, _ random: inout SolverRandomness) -> Resource {
        guard number >= nodes else {
            return Resource(id: ResourceID("node-\(number)"), kind: "node", state: .online)
        }
        let application = number % applications
        let corner = nodes * application / applications
        var resource = Resource(id: ResourceID("vm-\(number)"))
        resource.state = random.chance(4) ? .faulted : random.chance(50) ? .online : .offline
        resource.node = ResourceID("node-\((corner + random.pick(0...4)) % nodes)")
        resource.applications = ["app-\(application)"]
        resource.labels = ["tier": random.pick(["gold", "silver", "iron"])]
        resource.capacity = ["cpu": random.pick([1, 2, 4])]
        return resource
    }

    private static func policy(
        _ number: Int,
        _ family: Family,
        _ random: inout SolverRandomness
    ) -> Policy {
        let application = Selector.Requirement.field(
            .application,
            [Pattern("app-\(number % applications)")]
        )
        let tier = Selector.Requirement.label(
            "tier",
            in: [random.pick(["gold", "silver", "iron"])]
        )
        let each = (resources - nodes) / applications
        var policy = Policy(name: "p\(number)", priority: random.pick([0, 5, 9]))
        var scope = [application]
        if random.chance(30) { scope.append(tier) }
        if family == .mixed, random.chance(30) { scope = [tier] }
        let size = each * (scope == [tier] ? applications / 3 : 1) / (scope.count > 1 ? 3 : 1)
        let isTooMuch = random.chance(8)
        let isCap = family != .scoped && random.chance(25)
        let share =
            isTooMuch
            ? random.pick(101...120)
            : isCap
                ? random.pick(20...50)
                : random.pick(20...60)
        let bound = Comparison(isCap ? .atMost : .atLeast, .integer(max(1, size * share / 100)))
        policy.require = Condition(.comparison(Quantity(.count, of: Selector(scope)), [bound]))
        return policy
    }
}
