// Policies by chance, in the proportions in which the forms occur together in practice.

extension Fleet {
    mutating func makePolicy() -> Policy {
        let group = random.pick(0...groups - 1)
        let size = max(1, machinesOfGroup[group].count)
        var level = random.pick([1, 2, 2, 3, 3])
        var formula = makeFormula(group: group, size: size, level: &level)
        if family != .scoped, random.chance(12) {
            formula = makeWideFormula()
            level = max(level, 1)
        }
        let everything = FleetSelection(.group(group))
        if family == .conflicting || family == .infeasible, random.chance(6) {
            formula = random.pick([
                .atMost(size / 6, .count, everything),
                .not(.atLeast(1, .count, everything)),
                .atLeast(size, .count, everything),
            ])
        }
        if family == .infeasible, random.chance(3) {
            formula = .atLeast(size + 2, .count, everything)
            level = 0
        }
        return Policy(level: level, formula: formula)
    }

    /// Between so many and so many hundredths of a size, at least 1.
    private mutating func share(_ range: ClosedRange<Int>, of size: Int) -> Int {
        max(1, size * random.pick(range) / 100)
    }

    private mutating func makeFormula(
        group: Int,
        size: Int,
        level: inout Int
    ) -> FleetFormula {
        let all = FleetSelection(.group(group))
        let application = application(of: group)
        switch random.pick(1...100) {
        case ...22:
            if random.chance(30) { level = 0 }
            return .atLeast(share(30...70, of: size), .count, all)
        case ...30:
            let cluster = random.pick(clustersOfGroup[group])
            return .atLeast(
                share(15...40, of: size),
                .count,
                FleetSelection(.group(group), .cluster(cluster))
            )
        case ...37:
            let selection = FleetSelection(.application(application))
            let percent = random.pick([30, 40, 50, 60])
            return .atLeast((members(selection).count * percent + 99) / 100, .count, selection)
        case ...45: return .atLeast(size * 45 * random.pick(30...60) / 1000, .cores, all)
        case ...53: return .atMostPerHost(random.pick(2...4), all)
        case ...60: return .distinctHosts(random.pick(2...4), all)
        case ...66:
            level = 0
            let host = FleetSelection(.host(random.pick(0...hosts - 1)))
            return .atMost(random.pick(120...260), .memory, host)
        default: return makeCombination(group: group, size: size)
        }
    }

    private mutating func makeCombination(group: Int, size: Int) -> FleetFormula {
        let all = FleetSelection(.group(group))
        let siblings = groups(of: application(of: group))
        func some(_ trait: FleetSelection.Trait) -> FleetSelection {
            FleetSelection(.group(group), trait)
        }
        switch random.pick(67...100) {
        case ...73:
            let other = random.pick(siblings)
            let needed = max(1, machinesOfGroup[other].count / 3)
            return .some(
                1,
                [
                    .not(.atLeast(share(30...50, of: size), .count, all)),
                    .atLeast(needed, .count, FleetSelection(.group(other))),
                ]
            )
        case ...79:
            return .odd(
                .atLeast(1, .count, some(.version(0))),
                .atLeast(1, .count, some(.version(1)))
            )
        case ...84:
            return .one((0...2).map { .atLeast(max(1, size / 8), .count, some(.zone($0))) })
        case ...89:
            let chosen =
                family == .scoped
                ? Array(siblings.prefix(4)) : (0..<4).map { _ in random.pick(0...groups - 1) }
            return .some(
                max(1, chosen.count - 1),
                chosen.map {
                    .atLeast(
                        max(1, machinesOfGroup[$0].count / 3),
                        .count,
                        FleetSelection(.group($0))
                    )
                }
            )
        case ...93:
            let few = share(10...30, of: size)
            return .not(
                .some(
                    1,
                    [
                        .atLeast(few + 1, .count, some(.tier(2))),
                        .atLeast(share(30...50, of: size), .count, some(.license(1))),
                    ]
                )
            )
        case ...96:
            return .some(
                1,
                [
                    .some(
                        2,
                        [
                            .atLeast(share(10...25, of: size), .count, some(.tier(0))),
                            .atLeast(1, .count, some(.zone(0))),
                        ]
                    ),
                    .atLeast(share(40...60, of: size), .count, all),
                ]
            )
        default:
            let exact = share(10...20, of: size)
            return .some(
                2,
                [
                    .atLeast(exact, .count, some(.tier(0))),
                    .atMost(exact, .count, some(.tier(0))),
                ]
            )
        }
    }

    /// A demand on a label across up to three clusters.
    private mutating func makeWideFormula() -> FleetFormula {
        let trait = random.pick([
            FleetSelection.Trait.license(1), .license(2), .tier(0), .version(1),
        ])
        let first = random.pick(0...clusters - 1)
        let count = random.pick(1...min(3, clusters))
        let selection = FleetSelection(
            .clusters((0..<count).map { (first + $0) % clusters }),
            trait
        )
        let part = members(selection).count * random.pick(35...60) / 100
        return random.chance(67)
            ? .atMost(part, .count, selection) : .atLeast(part, .count, selection)
    }
}
