// From what a domain has decided to records, with the records that it was decided on as their
// origin.

internal import Logging
internal import MusterEngine
internal import MusterMessages
internal import MusterModel

/// Makes a task's commands, notices and dead letters.
struct TaskOutputs {
    private let context: WorkerContext
    private let encoder: OutboundEncoder
    private let letterEncoder: DeadLetterEncoder

    init(_ context: WorkerContext) {
        self.context = context
        let settings = context.settings
        encoder = OutboundEncoder(group: settings.group, commandKey: settings.commandKey)
        letterEncoder = DeadLetterEncoder(group: settings.group, worker: settings.instance ?? "0")
    }

    /// The records of what a tenant has decided last, in order.
    func records(
        of directives: [Directive],
        of tenant: Tenant,
        at now: Instant
    ) -> [OutboundRecord] {
        let trace = tenant.traceParent
        return directives.compactMap { directive in
            switch directive {
            case .send(let command):
                let origin = origin(tenant.origin(of: command.resource))
                return encoder.record(of: command, at: now, traceParent: trace, origin: origin)
            case .notify(let notice):
                let origin = origin(tenant.origin)
                return encoder.record(of: notice, at: now, traceParent: trace, origin: origin)
            case .reject(let number, let reason):
                guard let record = tenant.configurations[number] else { return nil }
                let letter = DeadLetter(
                    stage: .transformation,
                    code: "rejected",
                    message: reason
                )
                return deadLetter(letter, for: record)
            }
        }
    }

    private func origin(_ place: Tenant.Place?) -> RecordOrigin? {
        place.map { place in
            RecordOrigin(
                topic: context.settings.topics.name(of: place.lane.topic),
                partition: place.lane.partition,
                offset: place.offset
            )
        }
    }

    /// Tells of a record that cannot be used, and puts it aside.
    func deadLetter(_ letter: DeadLetter, for record: InboundRecord) -> OutboundRecord {
        let topic = context.settings.topics.name(of: record.topic)
        context.counters.add { $0.deadLetters += 1 }
        context.metrics.deadLettered(code: letter.code)
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
}

extension Settings.Topics {
    func name(of topic: InboundRecord.Topic) -> String {
        switch topic {
        case .availability: resourceAvailability
        case .configuration: desiredConfig
        }
    }
}
