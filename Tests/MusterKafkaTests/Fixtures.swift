// What the tests share: clients of an embedded broker, and waiting with a deadline.

import MusterKafka
import Synchronization
import Testing

/// Collects what librdkafka logs.
final class LogBook: Sendable {
    private let lines = Mutex<[LogLine]>([])

    var texts: [String] { lines.withLock { $0.map(\.text) } }

    var sink: LogSink {
        { [self] line in lines.withLock { $0.append(line) } }
    }
}

let quiet: LogSink = { _ in }

func consumer(
    of broker: EmbeddedBroker,
    group: String,
    _ more: [String: String] = [:]
) throws -> Consumer {
    let properties = [
        "bootstrap.servers": broker.bootstrapServers, "group.id": group, "fetch.wait.max.ms": "20",
        "session.timeout.ms": "6000", "heartbeat.interval.ms": "300",
    ]
    return try Consumer(properties.merging(more) { $1 }, log: quiet)
}

func producer(
    of broker: EmbeddedBroker,
    onDelivery: @escaping (Int, KafkaError?) -> Void = { _, _ in }
) throws -> Producer {
    try Producer(
        ["bootstrap.servers": broker.bootstrapServers],
        log: quiet,
        onDelivery: onDelivery
    )
}

/// A record as a value.
struct Record: Equatable {
    var topic: String
    var partition: Int32
    var offset: Int64
    var timestamp: Int64?
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [Header] = []

    init(_ message: borrowing Message) {
        topic = message.topic
        partition = message.partition
        offset = message.offset
        timestamp = message.timestamp
        key = message.key
        value = message.value
        var headers: [Header] = []
        message.forEachHeader { headers.append(Header($0, $1)) }
        self.headers = headers
    }
}

/// Repeats `step` until it returns something.
func eventually<R>(
    within limit: Duration = .seconds(60),
    _ what: Comment,
    _ step: () throws -> R?
) throws -> R {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if let result = try step() { return result }
    }
    throw Missed(what: "\(what)")
}

/// Repeats `step` until it says that it is done.
func wait(
    for what: Comment,
    within limit: Duration = .seconds(60),
    _ isDone: () throws -> Bool
) throws {
    _ = try eventually(within: limit, what) { try isDone() ? true : nil }
}

struct Missed: Error {
    let what: String
}

extension Consumer {
    /// Polls until `count` records have come.
    func take(_ count: Int) throws -> [Record] {
        var records: [Record] = []
        return try eventually("\(count) records") {
            if case .message(let message) = try poll(for: .milliseconds(100)) {
                records.append(Record(message))
            }
            return records.count == count ? records : nil
        }
    }
}
