// An actor that keeps some of the domains and lets them decide. It gets whole batches, so that the
// hop to it is paid once for many records; what it decides goes back through the mailbox.

internal import Logging
internal import MusterEngine
internal import MusterKafka
internal import MusterMessages
internal import MusterModel

/// A fixed share of the domains.
actor Shard {
    private let index: Int
    private let context: WorkerContext
    private let mailbox: Mailbox
    private let decoder: RecordDecoder
    private let encoder: OutboundEncoder
    private let letterEncoder: DeadLetterEncoder
    private var assignment: Assignment?
    private var live: Set<Int32> = []
    private var tenants: [DomainID: Tenant] = [:]
    /// When domains want to be called.
    private var deadlines: [DomainID: Instant] = [:]

    init(_ index: Int, context: WorkerContext, mailbox: Mailbox) {
        self.index = index
        self.context = context
        self.mailbox = mailbox
        let settings = context.settings
        decoder = RecordDecoder(settings.topics)
        encoder = OutboundEncoder(group: settings.group, commandKey: settings.commandKey)
        letterEncoder = DeadLetterEncoder(group: settings.group, worker: settings.instance ?? "0")
    }

    /// Works through the inputs until the stream ends.
    func run(_ inputs: AsyncStream<ShardInput>) async {
        for await input in inputs { take(input) }
    }

    private func take(_ input: ShardInput) {
        switch input {
        case .assigned(let assignment): begin(assignment)
        case .revoked: begin(nil)
        case .batch(let batch, let round, let epoch): take(batch, round: round, epoch: epoch)
        case .live(let partition): goLive(partition)
        case .clock: callDomains()
        }
    }

    private func begin(_ assignment: Assignment?) {
        self.assignment = assignment
        live = []
        tenants = [:]
        deadlines = [:]
    }

    private func take(_ batch: RecordBatch, round: Int, epoch: Int) {
        // After a rebalance nobody waits for what is left in the stream.
        guard epoch == mailbox.epoch, let assignment, assignment.epoch == epoch else { return }
        let cause = ShardResult.Cause.batch(round: round)
        var touched: [DomainID] = []
        var outputs: [OutboundRecord] = []
        for index in batch.records.indices {
            let isOld = batch.records[index].isOld
            let record = batch.inbound(at: index)
            do throws(BadRecord) {
                let decoded = try decoder.decode(record, partitions: assignment.partitionCount)
                let tenant = tenant(decoded.domain, in: record.partition)
                if tenant.pending.isEmpty { touched.append(decoded.domain) }
                tenant.add(decoded, of: record, isOld: isOld)
            } catch {
                // What was wrong with an old record has been said before.
                guard !isOld else { continue }
                outputs.append(deadLetter(error.letter, for: record))
                guard record.topic == .configuration, let id = error.domain else { continue }
                let tenant = tenant(id, in: record.partition)
                if tenant.pending.isEmpty { touched.append(id) }
                tenant.addUnreadable(error.letter.message)
            }
        }
        post(cause, outputs)
        for id in touched { decide(id, cause) }
        finish(cause)
    }

    private func goLive(_ partition: Int32) {
        guard let assignment else { return }
        live.insert(partition)
        for id in context.namedDomains
        where decoder.partition(of: id, of: assignment.partitionCount) == partition && isOurs(id) {
            _ = tenant(id, in: partition)
        }
        // Every domain is called, those without events too: a baseline may ask for something.
        for id in tenants.filter({ $0.value.partition == partition }).keys.sorted() {
            decide(id, .live)
        }
        finish(.live)
    }

    private func callDomains() {
        let now = context.now()
        let due = deadlines.filter { $0.value <= now }.keys.sorted()
        for id in due { decide(id, .clock) }
        finish(.clock)
    }

    /// Whether the domain belongs to this shard.
    private func isOurs(_ id: DomainID) -> Bool {
        stableHash(id.name.utf8) % UInt64(context.settings.limits.shards) == UInt64(index)
    }

    private func tenant(_ id: DomainID, in partition: Int32) -> Tenant {
        if let tenant = tenants[id] { return tenant }
        let tenant = Tenant(
            id,
            partition: partition,
            baseline: context.baseline,
            options: context.settings.options
        )
        tenants[id] = tenant
        return tenant
    }

    /// Lets a domain decide on what is pending, unless its partition has not caught up.
    private func decide(_ id: DomainID, _ cause: ShardResult.Cause) {
        guard let tenant = tenants[id], live.contains(tenant.partition) else { return }
        // A rebalance may have come while others were deciding.
        guard assignment?.epoch == mailbox.epoch else { return }
        let now = context.now()
        let began = ContinuousClock.now
        let (events, directives) = tenant.decide(at: now)
        let duration = ContinuousClock.now - began
        deadlines[id] = tenant.domain.nextDeadline
        context.counters.add { $0.count(directives) }
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
        let trace = tenant.traceParent
        var outputs: [OutboundRecord] = []
        for directive in directives {
            switch directive {
            case .send(let command):
                outputs.append(encoder.record(of: command, at: now, traceParent: trace))
            case .notify(let notice):
                outputs.append(encoder.record(of: notice, at: now, traceParent: trace))
            case .reject(let number, let reason):
                guard let record = tenant.configurations[number] else { continue }
                let letter = DeadLetter(
                    stage: .transformation,
                    code: "rejected",
                    message: reason
                )
                outputs.append(deadLetter(letter, for: record))
            }
        }
        tenant.forgetCauses()
        post(cause, outputs)
    }

    private func deadLetter(_ letter: DeadLetter, for record: InboundRecord) -> OutboundRecord {
        let topic = context.settings.topics.name(of: record.topic)
        context.counters.add { $0.deadLetters += 1 }
        context.logger.warning(
            "record put on the dead-letter topic",
            metadata: [
                "topic": "\(topic)", "partition": "\(record.partition)",
                "offset": "\(record.offset)", "reason": "\(letter.message)",
            ]
        )
        context.observe(
            .deadLettered(
                DeadLetterNote(
                    topic: topic,
                    partition: Int(record.partition),
                    offset: record.offset,
                    reason: letter.message
                )
            )
        )
        return letterEncoder.record(of: letter, for: record, from: topic)
    }

    private func post(_ cause: ShardResult.Cause, _ outputs: [OutboundRecord]) {
        guard !outputs.isEmpty, let epoch = assignment?.epoch else { return }
        mailbox.post(
            ShardResult(
                shard: index,
                epoch: epoch,
                cause: cause,
                outputs: outputs,
                isLast: false
            )
        )
    }

    private func finish(_ cause: ShardResult.Cause) {
        guard let epoch = assignment?.epoch else { return }
        mailbox.post(
            ShardResult(
                shard: index,
                epoch: epoch,
                cause: cause,
                isLast: true,
                nextDeadline: deadlines.values.min()
            )
        )
    }
}

extension Settings.Topics {
    func name(of topic: InboundRecord.Topic) -> String {
        switch topic {
        case .availability: resourceAvailability
        case .configuration: desiredConfig
        }
    }
}

extension Counters {
    fileprivate mutating func count(_ directives: [Directive]) {
        decisions += 1
        for directive in directives {
            switch directive {
            case .send: commands += 1
            case .notify: notices += 1
            case .reject: break
            }
        }
    }
}
