// The simulated world: an estate, a log and workers, and what an action does to them.

import MusterEngine
import MusterModel
import MusterPolicy

/// Everything that a run is about.
final class World {
    /// How many of everything there are, and what workers are told.
    struct Shape: Hashable, Sendable {
        var domains = 3
        var partitions = 2
        var workers = 2
        var machines = 8
        /// Seconds that a command may take.
        var timeout = 10
        var attempts = 3
        /// Seconds.
        var quarantine = 120
        /// How many commands may be in flight.
        var flights = 1000
        /// Seconds between requests to report.
        var interval = 1000

        var options: Options {
            var options = Options()
            options.commandTimeout = .seconds(timeout)
            options.commandAttempts = attempts
            options.quarantine = .seconds(quarantine)
            options.maxInFlight = flights
            options.reportInterval = .seconds(interval)
            return options
        }
    }

    let shape: Shape
    let mutation: Mutation?
    let options: Options
    var now = Instant(milliseconds: 1_700_000_000_000)
    var log: SimulatedLog
    var estates: [Estate]
    var workers: [SimulatedWorker]
    /// The worker that each partition was given to last.
    var owners: [Int?]
    var auditor: Auditor
    /// The books of domains as they are committed, by domain.
    var books: [Int: Book] = [:]
    var digest = Digest()
    var tally = Tally()
    /// When configuration or files changed last.
    var configured = Instant.zero
    /// Counts what a mutation could have met.
    var opportunities = 0

    init(_ shape: Shape, mutation: Mutation? = nil) {
        self.shape = shape
        self.mutation = mutation
        options = shape.options
        log = SimulatedLog(partitions: shape.partitions, domains: shape.domains)
        estates = (0..<shape.domains).map { Estate($0) }
        workers = (0..<shape.workers).map { SimulatedWorker($0) }
        owners = Array(repeating: nil, count: shape.partitions)
        auditor = Auditor(domains: shape.domains)
    }

    /// The name of a domain.
    static func id(_ domain: Int) -> DomainID { DomainID("d\(domain)") }

    /// Carries an action out, and checks what it may have changed.
    ///
    /// - Returns: whether it fitted the world; one that does not changes nothing.
    @discardableResult
    func apply(_ action: Action) throws(Violation) -> Bool {
        tally.steps += 1
        switch action {
        case .tick(let ms):
            now = now + .milliseconds(ms)
            return true
        case .add(let domain, _, _), .remove(let domain, _), .befall(let domain, _, _),
            .report(let domain, _), .obey(let domain, _, _), .rack(let domain, _, _),
            .split(let domain, _), .deliver(let domain, _, _), .lose(let domain, _),
            .order(let domain, _), .configure(let domain, _):
            return estates.indices.contains(domain) && touch(action, domain)
        case .clock(let worker, _), .poll(let worker, _, _, _), .absorb(let worker, _),
            .live(let worker, _), .call(let worker, _), .commit(let worker, _),
            .crash(let worker), .start(let worker, _), .files(let worker, _):
            guard workers.indices.contains(worker) else { return false }
            return try drive(action, workers[worker])
        case .assign(let partition, let worker):
            guard owners.indices.contains(partition), workers.indices.contains(worker) else {
                return false
            }
            return try assign(partition, to: workers[worker])
        case .compact(let partition):
            guard owners.indices.contains(partition) else { return false }
            log.compact(partition)
            return true
        }
    }

    func fault(_ kind: String) { tally.faults[kind, default: 0] += 1 }

    /// The plan of a domain that waits for an answer, as its worker has it.
    func heldPlan(_ domain: Int) -> Int? {
        workers.lazy.flatMap(\.ordered).flatMap(\.ordered)
            .filter { $0.index == domain }
            .compactMap { $0.domain.heldBack.first(where: \.isAsking)?.plan }.first
    }
}

// MARK: The estate

extension World {
    private func touch(_ action: Action, _ domain: Int) -> Bool {
        switch action {
        case .add(_, let machine, let variant):
            guard 0..<shape.machines ~= machine else { return false }
            estates[domain].add(machine, variant: variant, at: now)
        case .remove(_, let machine):
            return estates[domain].remove(machine)
        case .befall(_, let machine, let misfortune):
            guard estates[domain].machines[machine] != nil else { return false }
            estates[domain].befall(machine, misfortune)
            if let kind = misfortune.fault { fault(kind) }
        case .report(_, let machine):
            guard estates[domain].machines[machine] != nil else { return false }
            estates[domain].report(machine, at: now)
        case .obey(_, let machine, let obedience):
            guard estates[domain].obey(machine, obedience, at: now) else { return false }
            if obedience == .fail || obedience == .ignore { fault("order \(obedience.rawValue)") }
        case .rack(_, let node, let isDown):
            estates[domain].rack(node, isDown: isDown, at: now)
            if isDown { fault("rack fails") }
        case .split(_, let isSplit):
            estates[domain].isSplit = isSplit
            if isSplit { fault("network splits") }
        case .configure(_, let text):
            configure(domain, text)
        default:
            return carry(action, domain)
        }
        return true
    }

    private func carry(_ action: Action, _ domain: Int) -> Bool {
        guard !estates[domain].isSplit else { return false }
        switch action {
        case .deliver(_, let index, let isKept):
            guard estates[domain].network.indices.contains(index) else { return false }
            let report = estates[domain].network[index]
            if isKept {
                fault("report doubled")
            } else {
                estates[domain].network.remove(at: index)
            }
            if index > 0 { fault("report overtakes") }
            log.append(.init(domain: domain, content: .reports([report])), to: .availability)
        case .lose(_, let index):
            guard estates[domain].network.indices.contains(index) else { return false }
            estates[domain].network.remove(at: index)
            fault("report lost")
        case .order(_, let passage):
            guard let command = nextCommand(domain) else { return false }
            if passage != .once { fault("command \(passage.rawValue)") }
            if passage != .lost {
                estates[domain].take(command, times: passage == .twice ? 2 : 1)
            }
        default: return false
        }
        return true
    }

    /// The next command that is published; notices on the way are passed over.
    private func nextCommand(_ domain: Int) -> Command? {
        while let (directive, next) = log.output(domain, from: estates[domain].position) {
            estates[domain].position = next
            if case .send(let command) = directive { return command }
        }
        return nil
    }

    /// Whether a command waits for the estate.
    func hasCommand(_ domain: Int) -> Bool {
        var position = estates[domain].position
        while let (directive, next) = log.output(domain, from: position) {
            if case .send = directive { return true }
            position = next
            estates[domain].position = next
        }
        return false
    }

    private func configure(_ domain: Int, _ text: String) {
        configured = now
        let content: SimulatedLog.Inbound.Content
        switch DocumentsText.read(text, from: .bus) {
        case .success(let changes): content = .changes(changes)
        case .failure(let flaw): content = .unreadable(flaw.reason)
        }
        log.append(.init(domain: domain, content: content), to: .configuration)
    }
}

extension Action.Misfortune {
    /// What it is called in summaries; `nil` for what ends one.
    fileprivate var fault: String? {
        switch self {
        case .fault: "machine fails"
        case .stop: "machine stops by itself"
        case .start, .starting: "machine starts by itself"
        case .unknown: "machine in an unknown state"
        case .retire: "machine unavailable"
        case .lieOnline, .lieOffline, .lieFaulted: "machine lies"
        case .deaf: "machine ignores commands"
        case .mend, .offer, .truth, .hear: nil
        }
    }
}
