// What happens next, by chance. The script looks at the world so that most of what it asks for can
// happen, and at nothing else: an action says all that there is to say.

import MusterEngine
import MusterModel

/// Invents the actions of a run.
struct Script {
    private var chance: Chance
    private var texts: RandomText
    private let shape: World.Shape
    private var opening: [Action]

    init(seed: UInt64, shape: World.Shape) {
        chance = Chance(seed: seed)
        texts = RandomText(chance: Chance(seed: seed ^ 0x5eed), machines: shape.machines)
        var habits = Chance(seed: seed ^ 0x6a4d)
        texts.hasGuards = habits.percent(50)
        self.shape = shape
        opening = []
        opening = beginning().reversed()
    }

    /// How many of everything there are in a run.
    static func shape(seed: UInt64) -> World.Shape {
        var chance = Chance(seed: seed ^ 0x0dd5)
        var shape = World.Shape()
        shape.domains = chance.pick([1, 2, 3, 3])
        shape.partitions = chance.pick([1, 2, 2])
        shape.workers = chance.pick([1, 2, 2, 3])
        shape.machines = chance.pick([5, 7, 8, 9])
        shape.timeout = chance.pick([5, 10, 30])
        shape.attempts = chance.pick([1, 2, 3])
        shape.quarantine = chance.pick([30, 120, 300])
        shape.flights = chance.pick([1, 2, 1000, 1000])
        shape.interval = chance.pick([60, 1000, 1000])
        return shape
    }

    private mutating func beginning() -> [Action] {
        var actions: [Action] = []
        for worker in 0..<shape.workers { actions.append(.start(worker: worker, files: files())) }
        for partition in 0..<shape.partitions {
            actions.append(.assign(partition: partition, worker: partition % shape.workers))
        }
        for domain in 0..<shape.domains {
            for machine in 0..<shape.machines where chance.percent(85) {
                actions.append(.add(domain: domain, machine: machine, variant: variant()))
            }
            actions.append(.configure(domain: domain, texts.policy()))
            if texts.hasGuards { actions.append(.configure(domain: domain, texts.limits())) }
        }
        return actions
    }

    private mutating func variant() -> Int { chance.below(1_000_000) }

    private mutating func files() -> String {
        chance.percent(50) ? "[]" : "[\(texts.policy(isFixed: true))]"
    }

    /// The next action.
    mutating func next(_ world: World) -> Action {
        if let action = opening.popLast() { return action }
        while true {
            if let action = attempt(world) { return action }
        }
    }

    private mutating func attempt(_ world: World) -> Action? {
        switch chance.below(100) {
        case 0..<18: return network(world)
        case 18..<34: return order(world)
        case 34..<52: return poll(world)
        case 52..<66: return commit(world)
        case 66..<74: return time(world)
        case 74..<90: return machine(world)
        case 90..<93: return configuration(world)
        default: return trouble(world)
        }
    }

    private mutating func domain() -> Int { chance.below(shape.domains) }

    // MARK: What keeps things going

    private mutating func network(_ world: World) -> Action? {
        let domain = domain()
        let estate = world.estates[domain]
        guard !estate.isSplit, !estate.network.isEmpty else { return nil }
        let count = estate.network.count
        let index = chance.percent(80) ? 0 : chance.below(count)
        if chance.percent(3) { return .lose(domain: domain, index: index) }
        return .deliver(domain: domain, index: index, isKept: chance.percent(3) && count < 20)
    }

    private mutating func order(_ world: World) -> Action? {
        let domain = domain()
        let waiting = world.estates[domain].ordered.filter { !$0.orders.isEmpty }
        if !waiting.isEmpty, chance.percent(60) {
            let how: Action.Obedience = chance.pick([
                .done, .done, .done, .done, .done, .begin, .begin, .ignore, .fail,
            ])
            return .obey(domain: domain, machine: chance.pick(waiting).number, how)
        }
        guard !world.estates[domain].isSplit, world.hasCommand(domain) else { return nil }
        return .order(
            domain: domain,
            chance.percent(90) ? .once : chance.percent(50) ? .lost : .twice
        )
    }

    private mutating func poll(_ world: World) -> Action? {
        guard let (worker, work) = work(world) else { return nil }
        if !work.isLive {
            if work.hasCaughtUp {
                return .live(worker: worker.index, partition: work.partition)
            }
            if chance.percent(5) {
                return .absorb(worker: worker.index, partition: work.partition)
            }
        }
        let lanes = Action.Lane.allCases.filter {
            work.positions[$0, default: 0] < world.log.end(work.partition, $0)
        }
        guard !lanes.isEmpty else { return nil }
        return .poll(
            worker: worker.index,
            partition: work.partition,
            chance.pick(lanes),
            chance.pick([1, 1, 2, 5, 50])
        )
    }

    private mutating func work(_ world: World) -> (SimulatedWorker, PartitionWork)? {
        let worker = world.workers[chance.below(shape.workers)]
        guard worker.isUp, let work = worker.work[chance.below(shape.partitions)] else {
            return nil
        }
        return (worker, work)
    }

    private mutating func commit(_ world: World) -> Action? {
        let worker = world.workers[chance.below(shape.workers)]
        guard worker.isUp, worker.isDirty else { return nil }
        let fate: Action.Fate =
            chance.percent(97) ? .done : chance.pick([.abort, .half, .unknown])
        return .commit(worker: worker.index, fate)
    }

    private mutating func time(_ world: World) -> Action? {
        if chance.percent(45), let (worker, work) = work(world), work.isLive {
            let now = world.time(of: worker)
            let isDue = work.tenants.values.contains { tenant in
                tenant.domain.nextDeadline.map { $0 <= now } ?? false
            }
            return isDue ? .call(worker: worker.index, partition: work.partition) : nil
        }
        return .tick(chance.pick([10, 100, 500, 1000, 2000, 5000, 10_000]))
    }

    private mutating func machine(_ world: World) -> Action? {
        let domain = domain()
        let estate = world.estates[domain]
        guard estate.network.count < 30, !estate.machines.isEmpty else { return nil }
        let machine = chance.pick(estate.ordered)
        if chance.percent(75) { return .report(domain: domain, machine: machine.number) }
        let misfortune: Action.Misfortune
        if chance.percent(50) {
            // What is wrong becomes right again about as often as it becomes wrong.
            misfortune = chance.pick([.mend, .start, .offer, .truth, .hear])
        } else {
            misfortune = chance.pick(Action.Misfortune.allCases)
        }
        return .befall(domain: domain, machine: machine.number, misfortune)
    }

    private mutating func configuration(_ world: World) -> Action? {
        guard chance.percent(60) else { return nil }
        texts.now = world.now
        let domain = domain()
        texts.heldPlan = world.heldPlan(domain)
        return .configure(domain: domain, texts.event())
    }

    // MARK: What goes wrong

    private mutating func trouble(_ world: World) -> Action? {
        let domain = domain()
        switch chance.below(28) {
        case 0...3: return addition(world, domain)
        case 4: return .remove(domain: domain, machine: chance.below(shape.machines))
        case 5, 6:
            return .rack(domain: domain, node: chance.below(Machine.nodes), isDown: true)
        case 7, 8:
            return .rack(domain: domain, node: chance.below(Machine.nodes), isDown: false)
        case 9: return .split(domain: domain, isSplit: true)
        case 10...12:
            return world.estates[domain].isSplit ? .split(domain: domain, isSplit: false) : nil
        case 13: return jump()
        case 14: return .clock(worker: chance.below(shape.workers), 0)
        case 15:
            let worker = chance.below(shape.workers)
            return world.workers[worker].isUp ? .crash(worker: worker) : nil
        case 16, 17:
            let worker = chance.below(shape.workers)
            return world.workers[worker].isUp ? .files(worker: worker, files()) : nil
        case 18...20:
            let worker = chance.below(shape.workers)
            return world.workers[worker].isUp ? nil : .start(worker: worker, files: files())
        case 21: return .compact(partition: chance.below(shape.partitions))
        default: return assignment(world)
        }
    }

    private mutating func addition(_ world: World, _ domain: Int) -> Action? {
        let machine = chance.below(shape.machines)
        let isThere = world.estates[domain].machines[machine] != nil
        guard !isThere || chance.percent(40) else { return nil }
        return .add(domain: domain, machine: machine, variant: variant())
    }

    private mutating func jump() -> Action {
        let size = chance.pick([500, 5000, 60_000, 600_000])
        return .clock(worker: chance.below(shape.workers), chance.percent(50) ? size : -size)
    }

    /// Mostly a partition that nobody has goes to somebody; now and then one changes hands.
    private mutating func assignment(_ world: World) -> Action? {
        let partition = chance.below(shape.partitions)
        let worker = chance.below(shape.workers)
        guard world.workers[worker].isUp else { return nil }
        let owner = world.owners[partition].map { world.workers[$0] }
        let isOwned =
            owner?.work[partition].map { $0.generation == world.log.generations[partition] }
            ?? false
        guard !isOwned || chance.percent(10) else { return nil }
        return .assign(partition: partition, worker: worker)
    }
}
