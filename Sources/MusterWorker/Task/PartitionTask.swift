// The domains of one partition: records in, units out. Everything about a partition is done in one
// order by one task, whoever runs it.

internal import Logging
internal import MusterEngine
internal import MusterKafka
internal import MusterMessages
internal import MusterModel

/// The work on one partition from its assignment on.
///
/// Not safe to be used by several threads at a time.
final class PartitionTask {
    let partition: Int32
    let epoch: Int
    private let context: WorkerContext
    private let mailbox: Mailbox
    private let partitionCount: Int
    private let decoder: RecordDecoder
    private let outputs: TaskOutputs
    private var tenants: [DomainID: Tenant] = [:]
    private var known = TenantIndex()
    private var touched = Touched()
    /// How the latest report was written that had to be read closely.
    private var layout = ReportLayout()
    /// When domains want to be called.
    private var deadlines: [DomainID: Instant] = [:]
    /// Domains that may find something better, given time, and the one that was last given some.
    private var eager: Set<DomainID> = []
    private var lastImproved: DomainID?
    /// Domains that have yet to ask their resources to report.
    private var inquiries: InquiryQueue
    private var isLive = false
    /// Where the lanes stand once everything of this task is committed.
    private var positions: [Lane: Int64]
    /// What is held back until the partition has caught up.
    private var held = Unit()
    private var heldRecords = 0

    /// Records that are held back at most; beyond it they are taken in without a decision, so that
    /// a long backlog needs no memory.
    static let heldLimit = 10_000

    /// Begins with the domains that the changelog told of.
    init(
        _ start: TaskStart,
        context: WorkerContext,
        mailbox: Mailbox
    ) {
        partition = start.partition
        epoch = start.epoch
        partitionCount = start.partitionCount
        positions = start.positions
        self.context = context
        self.mailbox = mailbox
        let settings = context.settings
        decoder = RecordDecoder(settings.topics)
        outputs = TaskOutputs(context)
        inquiries = InquiryQueue(
            restored: settings.asksOnRestore ? start.domains.map(\.id) : []
        )
        context.metrics.domainsChanged(by: start.domains.count)
        for domain in start.domains {
            tenants[domain.id] = Tenant(domain, willAskForReports: settings.asksOnRestore)
        }
    }

    deinit { context.metrics.domainsChanged(by: -tenants.count) }

    /// Does what the inputs ask for. Batches that follow each other are taken in together: domains
    /// decide once on all of them, and a resource that has reported often is one entry.
    ///
    /// - Returns: a result for each; none for those that nobody waits for any more.
    func take(_ inputs: [TaskInput]) -> [TaskResult] {
        var results: [TaskResult] = []
        var index = 0
        while index < inputs.count, epoch == mailbox.epoch {
            var result = TaskResult(partition: partition, epoch: epoch, cause: .records)
            switch inputs[index] {
            case .records:
                var batches: [RecordBatch] = []
                while index < inputs.count, case .records(let batch) = inputs[index] {
                    batches.append(batch)
                    index += 1
                }
                result.unit = take(batches)
                result.batches = batches
                result.inputs = batches.count
            case .settle:
                result.unit = settle()
                result.inputs = 1
                index += 1
            case .live:
                result.unit = goLive()
                result.cause = .live
                index += 1
            case .ask(let partitions):
                inquiries.open(partitions: partitions)
                result.cause = .ask
                index += 1
            case .passedOver(let positions):
                result.unit = passOver(to: positions)
                result.cause = .passedOver
                index += 1
            case .clock:
                // What waits goes first: improving is for times when there is nothing else.
                result.unit = callDomains(mayImprove: inputs.count == 1)
                result.cause = .clock
                index += 1
            }
            result.nextDeadline = nextDeadline
            results.append(result)
        }
        // What a rebalance has interrupted is not whole.
        return epoch == mailbox.epoch ? results : []
    }

    // MARK: Inputs

    private func take(_ batches: [RecordBatch]) -> Unit? {
        var unit = Unit()
        let now = context.now()
        for batch in batches {
            for index in batch.records.indices { take(index, of: batch, at: now, &unit) }
            unit.positions.merge(batch.positions) { $1 }
        }
        guard isLive else {
            touched = Touched()
            return hold(unit, records: batches.reduce(0) { $0 + $1.records.count })
        }
        positions.merge(unit.positions) { $1 }
        guard !unit.outputs.isEmpty || touched.isDue(at: now, patience: patience) else {
            return nil
        }
        decideTouched(&unit)
        unit.positions = positions
        return unit
    }

    /// Hands out what waits for more to come.
    private func settle() -> Unit? {
        guard isLive, !touched.domains.isEmpty else { return nil }
        var unit = Unit()
        decideTouched(&unit)
        unit.positions = positions
        return unit
    }

    /// Takes in where lanes go on after records that nobody has read.
    private func passOver(to next: [Lane: Int64]) -> Unit? {
        if context.settings.asksOnRestore, next.keys.contains(where: { $0.topic == .availability })
        {
            inquiries.addMissed(tenants.keys.sorted())
        }
        guard isLive else {
            held.positions.merge(next) { $1 }
            return nil
        }
        // Else the loss would be told again by whoever goes on from what was committed.
        var unit = Unit()
        decideTouched(&unit)
        positions.merge(next) { $1 }
        unit.positions = positions
        return unit
    }

    private var patience: Duration { context.settings.limits.patience }

    private func decideTouched(_ unit: inout Unit) {
        let domains = touched.domains
        touched = Touched()
        for id in domains { decide(id, &unit) }
    }

    private func take(
        _ place: Int,
        of batch: borrowing RecordBatch,
        at now: Instant,
        _ unit: inout Unit
    ) {
        var appearance: Fingerprint?
        let record = batch.records[place]
        if isLive, let key = record.key,
            let tenant = known.tenant(of: batch.bytes.span.extracting(key))
        {
            let wasTouched = tenant.isTouched
            var isTaken = take(record, of: batch, tenant, isBrief: true, at: now, &appearance)
            if !isTaken {
                isTaken = take(record, of: batch, tenant, isBrief: false, at: now, &appearance)
            }
            if isTaken {
                if !wasTouched { touched.domains.append(tenant.id) }
                guard tenant.pending.isEmpty else { return touched.isUrgent = true }
                touched.note(tenant.news)
                if context.observer != nil { remember(batch.inbound(at: place), tenant) }
                return
            }
        }
        take(batch.inbound(at: place), looking: appearance, at: now, &unit)
    }

    /// Gives a tenant a record that is a plain report of a resource that looks as it did. The
    /// appearance becomes that of a report that was read closely.
    @inline(__always)
    private func take(
        _ record: RecordBatch.Record,
        of batch: borrowing RecordBatch,
        _ tenant: Tenant,
        isBrief: Bool,
        at now: Instant,
        _ appearance: inout Fingerprint?
    ) -> Bool {
        let sighting = decoder.sighting(record, in: batch, layout: &layout, isBrief: isBrief)
        guard let sighting else { return false }
        if !isBrief { appearance = sighting.appearance }
        return tenant.take(
            sighting,
            of: batch.bytes.span.extracting(sighting.name),
            from: .init(lane: record.lane, offset: record.offset),
            at: now
        )
    }

    /// Tells a tenant again what it has taken in, for an observer.
    private func remember(_ record: InboundRecord, _ tenant: Tenant) {
        guard let decoded = try? decoder.decode(record, partitions: partitionCount) else { return }
        tenant.remember(decoded)
    }

    /// Takes in a record; with its appearance, if it is a plain report of which nothing may follow.
    private func take(
        _ record: InboundRecord,
        looking appearance: Fingerprint?,
        at now: Instant,
        _ unit: inout Unit
    ) {
        do throws(BadRecord) {
            let decoded = try decoder.decode(record, partitions: partitionCount)
            let tenant = try tenant(decoded.domain)
            if !tenant.isTouched { touched.domains.append(decoded.domain) }
            if let appearance,
                tenant.takeIdle(decoded, looking: appearance, from: .init(record), at: now)
            {
                touched.note(tenant.news)
                if context.observer != nil { tenant.remember(decoded) }
                return
            }
            touched.isUrgent = true
            tenant.add(decoded, of: record)
            // Others have been noted when their domain was new.
            if let key = record.key, appearance == nil { known.note(key, tenant) }
        } catch {
            unit.outputs.append(outputs.deadLetter(error.letter, for: record))
            guard record.topic == .configuration, let id = error.domain,
                let tenant = try? tenant(id)
            else { return }
            if !tenant.isTouched { touched.domains.append(id) }
            tenant.addUnreadable(error.letter.message, of: record)
        }
    }

    private func hold(_ unit: Unit, records: Int) -> Unit? {
        held.outputs += unit.outputs
        held.positions.merge(unit.positions) { $1 }
        heldRecords += records
        guard heldRecords >= Self.heldLimit else { return nil }
        var unit = release()
        for id in tenants.keys.sorted() {
            guard let tenant = tenants[id], !tenant.pending.isEmpty else { continue }
            let directives = tenant.absorb(at: context.now())
            publish(directives, of: tenant, &unit)
        }
        unit.positions = positions
        return unit
    }

    /// Ends holding back; what was held becomes part of the next unit.
    private func release() -> Unit {
        defer {
            held = Unit()
            heldRecords = 0
        }
        positions.merge(held.positions) { $1 }
        return Unit(outputs: held.outputs)
    }

    private func goLive() -> Unit {
        isLive = true
        var unit = release()
        for id in context.namedDomains
        where decoder.partition(of: id, of: partitionCount) == partition {
            _ = newTenant(id)
        }
        // Every domain is called, those without events too: time has passed, and a baseline may
        // ask for something.
        for id in tenants.keys.sorted() { decide(id, &unit) }
        unit.positions = positions
        return unit
    }

    /// When the task wants to be called; at once while there is something to improve.
    private var nextDeadline: Instant? {
        guard isLive else { return nil }
        let now = context.now()
        guard eager.isEmpty else { return now }
        return [
            deadlines.values.min(), touched.deadline(at: now, patience: patience),
            inquiries.deadline(at: now),
        ].compactMap(\.self).min()
    }

    private func callDomains(mayImprove: Bool) -> Unit? {
        guard isLive else { return nil }
        let now = context.now()
        var unit = Unit()
        // What is published says where the lanes stand, so nothing of before may be missing.
        let hasWaited = !touched.domains.isEmpty
        decideTouched(&unit)
        let due = deadlines.filter { $0.value <= now }.keys.sorted()
        for id in due { decide(id, &unit) }
        ask(at: now, &unit)
        if mayImprove, due.isEmpty { improve(&unit) }
        guard hasWaited || !unit.outputs.isEmpty || !unit.entries.isEmpty else { return nil }
        unit.positions = positions
        return unit
    }

    // MARK: Domains

    /// The domain, which is made where it is not known; not without end, because keys are whatever
    /// somebody sends.
    private func tenant(_ id: DomainID) throws(BadRecord) -> Tenant {
        if let tenant = tenants[id] { return tenant }
        let limit = context.settings.limits.domainsPerPartition
        guard tenants.count < limit else {
            throw BadRecord(
                letter: DeadLetter(
                    stage: .keyConverter,
                    code: Self.tooManyDomains,
                    message: "the domain `\(id)` is new, and partition \(partition) has \(limit) "
                        + "already; raise worker.domainsPerPartition"
                )
            )
        }
        return newTenant(id)
    }

    /// The code of dead letters whose domain there is no room for.
    static let tooManyDomains = "too-many-domains"

    private func newTenant(_ id: DomainID) -> Tenant {
        if let tenant = tenants[id] { return tenant }
        let tenant = Tenant(
            Domain(
                id,
                baseline: context.baseline,
                options: context.settings.options,
                zones: .system
            ),
            willAskForReports: false
        )
        tenants[id] = tenant
        context.metrics.domainsChanged(by: 1)
        return tenant
    }

    /// Lets the next domains ask their resources to report.
    private func ask(at now: Instant, _ unit: inout Unit) {
        for entry in inquiries.take(at: now, counting: { tenants[$0]?.domain.resourceCount ?? 0 }) {
            tenants[entry.domain]?.askForReports(entry.event)
            decide(entry.domain, &unit)
        }
    }

    /// Lets a domain decide on what is pending.
    private func decide(_ id: DomainID, _ unit: inout Unit) {
        // A rebalance may have come while others were deciding.
        guard let tenant = tenants[id], epoch == mailbox.epoch else { return }
        let now = context.now()
        let began = ContinuousClock.now
        let (events, directives) = tenant.decide(at: now)
        let duration = ContinuousClock.now - began
        note(id, tenant)
        context.counters.add { $0.count(directives) }
        context.metrics.decided(in: duration)
        context.observe(
            .decided(
                Decision(
                    domain: id,
                    at: now,
                    events: events,
                    directives: directives,
                    duration: duration,
                    state: tenant.domain
                )
            )
        )
        publish(directives, of: tenant, &unit)
    }

    /// Gives one domain a slice, the next one in order, so that a hard one takes no other's time.
    private func improve(_ unit: inout Unit) {
        let waiting = eager.sorted()
        guard
            let id = waiting.first(where: isAfterLast) ?? waiting.first,
            let tenant = tenants[id]
        else { return }
        lastImproved = id
        let directives = tenant.improve(at: context.now())
        note(id, tenant)
        context.counters.add { $0.count(improved: directives) }
        publish(directives, of: tenant, &unit)
    }

    private func isAfterLast(_ id: DomainID) -> Bool { lastImproved.map { $0 < id } ?? true }

    /// Notes when a domain wants to be called.
    private func note(_ id: DomainID, _ tenant: Tenant) {
        deadlines[id] = tenant.news.nextDeadline
        if tenant.news.wantsSlice { eager.insert(id) } else { eager.remove(id) }
    }

    private func publish(_ directives: [Directive], of tenant: Tenant, _ unit: inout Unit) {
        unit.outputs += outputs.records(of: directives, of: tenant, at: context.now())
        tenant.forgetCauses()
        unit.entries += tenant.takeStateChanges()
    }
}

extension Counters {
    fileprivate mutating func count(_ directives: [Directive]) {
        decisions += 1
        count(improved: directives)
    }

    fileprivate mutating func count(improved directives: [Directive]) {
        for directive in directives {
            switch directive {
            case .send: commands += 1
            case .notify: notices += 1
            case .reject: break
            }
        }
    }
}
