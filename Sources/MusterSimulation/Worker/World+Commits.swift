// Transactions: what a worker has decided, with the state that it led to and the positions.

import MusterEngine
import MusterModel

extension World {
    /// Ends what a worker has in a transaction, one way or the other.
    ///
    /// - Returns: whether it had anything.
    func commit(_ worker: SimulatedWorker, _ fate: Action.Fate) throws(Violation) -> Bool {
        let dirty = worker.ordered.filter(\.isDirty)
        guard !dirty.isEmpty else { return false }
        let transaction = log.begin()
        let isFenced = dirty.contains { $0.generation != log.generations[$0.partition] }
        write(dirty, in: transaction, isHalf: fate == .half)
        guard !isFenced, fate == .done || fate == .unknown else {
            try rollBack(worker, transaction, fate, isFenced: isFenced)
            return true
        }
        var offsets: [Int: SimulatedLog.Positions] = [:]
        for work in dirty where !mutates(.loseOffsets, every: 10) {
            offsets[work.partition] = work.settled
        }
        let before = log.committed
        log.commit(transaction, offsets: offsets)
        tally.commits += 1
        for work in dirty {
            auditor.learn(
                log,
                work.partition,
                from: before[work.partition],
                to: log.committed[work.partition]
            )
            for tenant in work.ordered { books[tenant.index] = tenant.book }
        }
        try readOutputs()
        for work in dirty {
            try checkCommitted(work, worker)
            work.unit = Unit()
            work.isDirty = false
        }
        if fate == .unknown { crash(worker) }
        return true
    }

    /// Ends what others left open, as the coordinator does before somebody goes on in their place.
    func endTransactions() throws(Violation) {
        log.abortOpen()
        try readOutputs()
    }

    private func readOutputs() throws(Violation) {
        for domain in 0..<shape.domains { try auditor.read(log, domain, &tally) }
    }

    private func write(_ dirty: [PartitionWork], in transaction: Int, isHalf: Bool) {
        for work in dirty {
            let outputs = work.unit.outputs
            for (domain, directive) in isHalf ? outputs.dropLast(outputs.count / 2) : outputs[...] {
                log.write(directive, domain: domain, in: transaction)
            }
            guard !isHalf else { continue }
            for entry in work.unit.entries {
                log.write(entry, partition: work.partition, in: transaction)
                digest.add(entry.key)
                digest.add(entry.value ?? [])
            }
        }
    }

    private func rollBack(
        _ worker: SimulatedWorker,
        _ transaction: Int,
        _ fate: Action.Fate,
        isFenced: Bool
    ) throws(Violation) {
        if fate == .half || fate == .unknown {
            // The transaction stays open until the coordinator ends it.
            fault("transaction left open")
            crash(worker)
            return
        }
        if mutates(.readUncommitted, every: 1) {
            log.commit(transaction, offsets: [:])
        } else {
            log.abort(transaction)
        }
        fault(isFenced ? "worker fenced" : "transaction aborted")
        let kept = worker.ordered.filter { $0.generation == log.generations[$0.partition] }
        worker.work = [:]
        for work in kept { try restore(work.partition, worker) }
    }

    // MARK: Checks

    private func checkCommitted(
        _ work: PartitionWork,
        _ worker: SimulatedWorker
    ) throws(Violation) {
        for tenant in work.ordered {
            guard tenant.pending.isEmpty, !tenant.domain.hasDecisionDue else { continue }
            if work.isLive, !log.hasOpen { try auditor.check(tenant, worker.baseline) }
            // Looking at everything is dear, and mistakes show soon enough.
            guard tenant.book.decisions % 8 == 0, work.isLive else { continue }
            try checkRestoring(tenant, work, worker)
        }
    }

    /// What the changelog holds is the domain, byte for byte, and becomes it again.
    private func checkRestoring(
        _ tenant: Tenant,
        _ work: PartitionWork,
        _ worker: SimulatedWorker
    ) throws(Violation) {
        var restoration = DomainRestoration(
            tenant.domain.id,
            baseline: worker.baseline,
            options: options
        )
        do throws(StateError) {
            for entry in log.changelog(work.partition)
            where StateEntry.domain(ofKey: entry.key) == tenant.domain.id {
                try restoration.apply(key: entry.key, value: entry.value)
            }
        } catch {
            throw Violation(.restoration, error.description)
        }
        let restored = try restoration.domain()
        guard restored.snapshot == tenant.domain.snapshot else {
            throw Violation(
                .restoration,
                "\(tenant.domain.id) is not what its changelog makes of it: "
                    + "\(difference(restored.snapshot, tenant.domain.snapshot))"
            )
        }
        tenant.shadow = restored
    }

    /// The keys of a few entries that are not the same.
    func difference(_ restored: [StateEntry], _ held: [StateEntry]) -> String {
        let known = Dictionary(uniqueKeysWithValues: held.map { ($0.key, $0.value) })
        let back = Dictionary(uniqueKeysWithValues: restored.map { ($0.key, $0.value) })
        let keys = (held + restored).map(\.key).filter { known[$0] != back[$0] }
        let names = keys.prefix(3).map { String(decoding: $0, as: UTF8.self) }
        return names.joined(separator: ", ")
    }
}
