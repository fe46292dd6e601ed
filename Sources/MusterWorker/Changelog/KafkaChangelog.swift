// The changelog as Kafka keeps it. It is read with a consumer of its own, outside of any group.

internal import MusterKafka

/// Reads the topic of the changelog.
struct KafkaChangelog: Changelog {
    private let settings: Settings
    private let consumer: Consumer
    /// Sees records of open transactions too: the end of the log, not of what is committed.
    private let scout: Consumer

    init(_ settings: Settings, log: @escaping LogSink) throws(WorkerError) {
        self.settings = settings
        var properties = settings.clientProperties()
        properties["group.id"] = settings.group
        // Much is read in one go, and nothing else is waiting for memory then.
        properties["queued.max.messages.kbytes"] = "32768"
        properties["fetch.wait.max.ms"] = "50"
        do throws(KafkaError) {
            properties["isolation.level"] = "read_committed"
            consumer = try Consumer(properties, log: log)
            properties["isolation.level"] = "read_uncommitted"
            scout = try Consumer(properties, log: log)
        } catch {
            throw .wrongProperty(error)
        }
    }

    func read(
        _ partition: Int32,
        isCancelled: () -> Bool,
        _ body: (_ key: [UInt8], _ value: [UInt8]?, _ progress: Range<Int64>) throws(WorkerError)
            -> Void
    ) throws(WorkerError) {
        let place = TopicPartition(settings.topics.state, partition)
        let bounds = try bounds(of: place, isCancelled: isCancelled)
        guard !bounds.isEmpty else { return }
        do throws(KafkaError) {
            try consumer.assign([place: bounds.lowerBound])
        } catch {
            throw .failed(error)
        }
        defer { try? consumer.assign([:]) }
        var position = bounds.lowerBound
        var deadline = ContinuousClock.now + settings.limits.restoreTimeout
        while !isCancelled() {
            guard ContinuousClock.now < deadline else {
                throw .restoreStuck(place, position: position, end: bounds.upperBound)
            }
            guard let polled = poll() else { continue }
            switch consume polled {
            case .nothing: continue
            case .unavailable: continue
            case .end(_, let offset):
                // Before the end of the log there is a transaction that is still open.
                if offset >= bounds.upperBound { return }
            case .message(let message):
                position = message.offset
                if let key = message.key {
                    try body(key, message.value, position..<bounds.upperBound)
                }
            }
            deadline = ContinuousClock.now + settings.limits.restoreTimeout
        }
    }

    private func poll() -> Polled? {
        do throws(KafkaError) {
            return try consumer.poll(for: .milliseconds(100))
        } catch {
            // Brokers come and go; the deadline ends it.
            return nil
        }
    }

    /// Where the partition begins, and the end of the log now.
    private func bounds(
        of place: TopicPartition,
        isCancelled: () -> Bool
    ) throws(WorkerError) -> Range<Int64> {
        let deadline = ContinuousClock.now + settings.limits.restoreTimeout
        var last = KafkaError(.timedOut)
        while !isCancelled(), ContinuousClock.now < deadline {
            do throws(KafkaError) {
                let begin = try scout.beginnings(of: [place], within: .seconds(5))
                let end = try scout.ends(of: [place], within: .seconds(5))
                if let end = end[place] { return min(begin[place] ?? 0, end)..<end }
            } catch {
                last = error
            }
        }
        guard !isCancelled() else { return 0..<0 }
        throw .failed(last)
    }
}
