// Domains as large as people have them, as problems for the solver: machines on hosts in clusters,
// service groups of applications, and policies of the forms that estates are run by.

/// A random domain of a family, and the problem it poses.
public struct Fleet: Sendable {
    /// What the policies have in common.
    public enum Family: String, CaseIterable, Sendable {
        /// Each speaks of one group, application or host.
        case scoped
        /// Some speak of labels across clusters, which ties the domain together.
        case mixed
        /// Some contradict others besides.
        case conflicting
        /// Some ask for more than there is.
        case infeasible
    }

    /// A virtual machine or a host.
    public struct Machine: Hashable, Sendable {
        /// The host it runs on, or nil for a host.
        public var host: Int?
        var cluster: Int
        var group: Int
        var zone: Int
        var tier: Int
        var version: Int
        var license: Int
        var cores: Int
        var memory: Int { cores * 4 }
        /// Whether it can be online.
        public var isUsable: Bool
        /// Whether it is online.
        public var isOn: Bool
    }

    /// A demand of some importance.
    struct Policy: Sendable {
        /// 0 is served first.
        var level: Int
        var formula: FleetFormula
    }

    /// How many levels of importance there are.
    static let levels = 4

    /// Hosts first, then virtual machines.
    public internal(set) var machines: [Machine] = []
    var policies: [Policy] = []
    var random: SolverRandomness
    let family: Family
    let hosts: Int
    let clusters: Int
    let groups: Int
    let applications: Int
    /// The clusters in which a group's machines are.
    var clustersOfGroup: [[Int]] = []
    var machinesOfGroup: [[Int]] = []
    var machinesOfHost: [[Int]] = []
    var machinesOfCluster: [[Int]] = []

    /// A domain of `count` resources, one host among twenty, under so many policies.
    public init(_ family: Family, resources count: Int, policies policyCount: Int, seed: UInt64) {
        self.family = family
        random = SolverRandomness(seed: seed &* 0x9e37_79b9 &+ UInt64(count * 31 + policyCount))
        hosts = max(4, count / 20)
        clusters = max(2, hosts / 8)
        groups = max(3, count / 25)
        applications = max(2, groups / 3)
        addMachines(count)
        for _ in 0..<policyCount { policies.append(makePolicy()) }
    }

    func application(of group: Int) -> Int { group * applications / groups }

    /// The first and the last group of an application, and those between.
    func groups(of application: Int) -> [Int] {
        (0..<groups).filter { self.application(of: $0) == application }
    }

    private mutating func addMachines(_ count: Int) {
        var hostsOfCluster = [[Int]](repeating: [], count: clusters)
        for host in 0..<hosts {
            let cluster = host * clusters / hosts
            hostsOfCluster[cluster].append(host)
            let isUsable = random.chance(99)
            machines.append(
                Machine(
                    host: nil,
                    cluster: cluster,
                    group: -1,
                    zone: host % 3,
                    tier: -1,
                    version: -1,
                    license: -1,
                    cores: 64,
                    isUsable: isUsable,
                    isOn: isUsable
                )
            )
        }
        for _ in 0..<groups {
            let first = random.pick(0...clusters - 1)
            let second = (first + random.pick(1...clusters - 1)) % clusters
            clustersOfGroup.append(random.chance(30) ? [first, second] : [first])
        }
        machinesOfGroup = Array(repeating: [], count: groups)
        machinesOfHost = Array(repeating: [], count: hosts)
        machinesOfCluster = Array(repeating: [], count: clusters)
        for number in hosts..<max(hosts, count) {
            let group = random.pick(0...groups - 1)
            let cluster = random.pick(clustersOfGroup[group])
            let host = random.pick(hostsOfCluster[cluster])
            let isUsable = random.chance(97) && machines[host].isUsable
            let isOn = random.chance(50)
            machines.append(
                Machine(
                    host: host,
                    cluster: cluster,
                    group: group,
                    zone: host % 3,
                    tier: random.pick(0...2),
                    version: random.pick(0...1),
                    license: random.pick([0, 0, 1, 2]),
                    cores: random.pick([2, 4, 4, 8]),
                    isUsable: isUsable,
                    isOn: isOn && isUsable
                )
            )
            machinesOfGroup[group].append(number)
            machinesOfHost[host].append(number)
            machinesOfCluster[cluster].append(number)
        }
    }
}
