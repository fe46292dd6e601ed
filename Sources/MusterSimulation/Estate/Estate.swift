// The machines of one domain, and the network between them and the log.

import MusterModel

/// A domain's machines and what is on its way from them.
struct Estate {
    let domain: Int
    /// Those that are there, by number.
    var machines: [Int: Machine] = [:]
    /// Reports on their way, in the order in which they were sent.
    var network: [Report] = []
    /// Whether nothing gets through.
    var isSplit = false
    /// How far the log's commands have been read.
    var position = 0
    /// How many reports the machines that are gone had sent.
    var sequences: [Int: Int] = [:]

    init(_ domain: Int) { self.domain = domain }

    /// The machines in order of number.
    var ordered: [Machine] { machines.values.sorted { $0.number < $1.number } }

    mutating func add(_ number: Int, variant: Int, at now: Instant) {
        if machines[number] == nil {
            var machine = Machine(number: number, variant: variant)
            machine.sequence = sequences[number] ?? 0
            machines[number] = machine
        } else {
            machines[number]?.reshape(variant: variant)
        }
        report(number, at: now)
    }

    /// - Returns: whether it was there.
    mutating func remove(_ number: Int) -> Bool {
        guard let machine = machines.removeValue(forKey: number) else { return false }
        sequences[number] = machine.sequence
        network.append(.removed(machine.attributes.id))
        return true
    }

    mutating func report(_ number: Int, at now: Instant) {
        guard let report = machines[number]?.report(at: now) else { return }
        network.append(report)
    }

    mutating func befall(_ number: Int, _ misfortune: Action.Misfortune) {
        switch misfortune {
        case .fault: machines[number]?.state = .faulted
        case .mend, .stop: machines[number]?.state = .offline
        case .start: machines[number]?.state = .online
        case .starting: machines[number]?.state = .starting
        case .unknown: machines[number]?.state = .unknown
        case .retire: machines[number]?.isAvailable = false
        case .offer: machines[number]?.isAvailable = true
        case .lieOnline: machines[number]?.lie = .online
        case .lieOffline: machines[number]?.lie = .offline
        case .lieFaulted: machines[number]?.lie = .faulted
        case .truth: machines[number]?.lie = nil
        case .deaf: machines[number]?.isDeaf = true
        case .hear: machines[number]?.isDeaf = false
        }
    }

    /// A machine takes its oldest order.
    ///
    /// - Returns: whether there was one.
    mutating func obey(_ number: Int, _ obedience: Action.Obedience, at now: Instant) -> Bool {
        guard var machine = machines[number], !machine.orders.isEmpty else { return false }
        let order = machine.orders.removeFirst()
        if !machine.isDeaf, obedience != .ignore {
            switch (order.action, obedience) {
            case (.report, _): break
            case (_, .fail): machine.state = .faulted
            case (.start, .begin): machine.state = .starting
            case (.stop, .begin): machine.state = .stopping
            case (.start, _): machine.state = .online
            case (.stop, _): machine.state = .offline
            }
            machines[number] = machine
            report(number, at: now)
        } else {
            machines[number] = machine
        }
        return true
    }

    /// Everything on a node fails, or comes back.
    mutating func rack(_ node: Int, isDown: Bool, at now: Instant) {
        let name = ResourceID(Machine.name(node))
        for machine in ordered where machine.number == node || machine.attributes.node == name {
            machines[machine.number]?.state = isDown ? .faulted : .offline
            report(machine.number, at: now)
        }
    }

    /// A command reaches its machine, if that is there.
    mutating func take(_ command: Command, times: Int) {
        guard
            let number = machines.first(where: { $0.value.attributes.id == command.resource })?.key
        else { return }
        for _ in 0..<times { machines[number]?.orders.append(command) }
    }

    /// Ends every fault of machines and network.
    mutating func heal() {
        isSplit = false
        for number in machines.keys {
            guard var machine = machines[number] else { continue }
            machine.isAvailable = true
            machine.lie = nil
            machine.isDeaf = false
            switch machine.state {
            case .starting: machine.state = .online
            case .stopping, .faulted, .unknown: machine.state = .offline
            case .online, .offline: break
            }
            machines[number] = machine
        }
    }
}
