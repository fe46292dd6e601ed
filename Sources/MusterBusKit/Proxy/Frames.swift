// The few messages of Kafka's protocol that the proxy looks into.

internal import Foundation
internal import Synchronization

/// Reads big-endian fields of a frame one after another.
struct FrameReader {
    /// A frame ends before a field does.
    struct TooShort: Error {}

    let bytes: [UInt8]
    var position = 4

    /// Begins behind the length of the frame.
    init(_ frame: [UInt8]) { bytes = frame }

    /// The number that pairs answers with requests, where the frame is an answer.
    var correlation: Int32 {
        get throws {
            var reader = FrameReader(bytes)
            return try reader.integer()
        }
    }

    mutating func integer<I: FixedWidthInteger>(_ type: I.Type = I.self) throws -> I {
        try skip(MemoryLayout<I>.size)
        return bytes[(position - MemoryLayout<I>.size)..<position].reduce(0) { $0 << 8 | I($1) }
    }

    mutating func skip(_ count: Int) throws {
        guard count >= 0, position + count <= bytes.count else { throw TooShort() }
        position += count
    }

    /// A text with its length before it; empty for a null one.
    mutating func text() throws -> String {
        let count = Int(try integer(Int16.self))
        try skip(max(0, count))
        return String(decoding: bytes[(position - max(0, count))..<position], as: UTF8.self)
    }

    /// Bytes with their length before them; empty for null ones.
    mutating func data() throws -> [UInt8] {
        let count = max(0, Int(try integer(Int32.self)))
        try skip(count)
        return Array(bytes[(position - count)..<position])
    }

    /// A variable-length number, as records have them.
    mutating func varint() throws -> Int64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try integer(UInt8.self)
            number |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { break }
            shift += 7
        }
        return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }

    /// Calls `body` as often as an array says.
    mutating func array(_ body: (inout FrameReader) throws -> Void) throws {
        let count = try integer(Int32.self)
        for _ in 0..<max(0, count) { try body(&self) }
    }
}

/// What every request begins with.
struct RequestHeader {
    enum Kind {
        case fetch, metadata, findCoordinator, apiVersions, saslHandshake, saslAuthenticate, other
    }

    let kind: Kind
    let version: Int16
    let correlation: Int32

    init(_ reader: inout FrameReader) throws {
        let key: Int16 = try reader.integer()
        version = try reader.integer()
        correlation = try reader.integer()
        kind =
            switch key {
            case 1 where version == 11: .fetch
            case 3: .metadata
            case 10: .findCoordinator
            case 17: .saslHandshake
            case 18: .apiVersions
            case 36 where version < 2: .saslAuthenticate
            default: .other
            }
        _ = try reader.text()
    }

    /// The answer to an authentication that fails.
    var refusal: [UInt8] {
        let words = Array("wrong user or password".utf8)
        var body = correlation.bigEndianBytes + Int16(58).bigEndianBytes
        body += Int16(words.count).bigEndianBytes + words + Int32(0).bigEndianBytes
        if version > 0 { body += Int64(0).bigEndianBytes }
        return Int32(body.count).bigEndianBytes + body
    }
}

/// A partition of a topic, as the proxy's key.
struct ProxyPlace: Hashable {
    let topic: String
    let partition: Int32
}

/// What is asked of which partitions.
struct FetchRequest {
    /// How long the client would wait, in milliseconds.
    let maxWait: Int32
    private(set) var offsets: [ProxyPlace: Int64] = [:]

    init(_ reader: inout FrameReader, _ header: RequestHeader) throws {
        try reader.skip(4)
        maxWait = try reader.integer()
        try reader.skip(4 + 4 + 1 + 4 + 4)
        var offsets: [ProxyPlace: Int64] = [:]
        try reader.array { reader in
            let topic = try reader.text()
            try reader.array { reader in
                let partition: Int32 = try reader.integer()
                try reader.skip(4)
                offsets[ProxyPlace(topic: topic, partition: partition)] = try reader.integer()
                try reader.skip(8 + 4)
            }
        }
        self.offsets = offsets
    }
}

/// An aborted transaction as a fetch names it.
struct AbortedTransaction {
    let producer: Int64
    let first: Int64
}

/// The answer to a fetch.
struct FetchAnswer {
    /// A partition in it.
    private struct Part {
        let place: ProxyPlace
        let offset: Int64
        let aborted: [AbortedTransaction]
        /// Where the list of aborted transactions stands, with its count.
        let list: Range<Int>
        let records: Range<Int>
    }

    private let frame: [UInt8]
    private var parts: [Part] = []
    /// Whether it brings neither records nor errors.
    private(set) var isEmpty = true

    init(_ frame: [UInt8], to request: FetchRequest) throws {
        self.frame = frame
        var parts: [Part] = []
        var isEmpty = true
        var reader = FrameReader(frame)
        try reader.skip(4 + 4)
        if try reader.integer(Int16.self) != 0 { isEmpty = false }
        try reader.skip(4)
        try reader.array { reader in
            let topic = try reader.text()
            try reader.array { reader in
                let partition: Int32 = try reader.integer()
                let place = ProxyPlace(topic: topic, partition: partition)
                if try reader.integer(Int16.self) != 0 { isEmpty = false }
                try reader.skip(8 * 3)
                let listStart = reader.position
                var aborted: [AbortedTransaction] = []
                try reader.array { reader in
                    aborted.append(
                        AbortedTransaction(
                            producer: try reader.integer(),
                            first: try reader.integer()
                        )
                    )
                }
                let list = listStart..<reader.position
                try reader.skip(4)
                let count = Int(try reader.integer(Int32.self))
                let start = reader.position
                try reader.skip(max(0, count))
                if count > 0 { isEmpty = false }
                parts.append(
                    Part(
                        place: place,
                        offset: request.offsets[place] ?? 0,
                        aborted: aborted,
                        list: list,
                        records: start..<reader.position
                    )
                )
            }
        }
        self.parts = parts
        self.isEmpty = isEmpty
    }

    /// The frame without transactions that ended before what was asked for.
    func corrected(by markers: Markers) -> [UInt8] {
        var result: [UInt8] = []
        var copied = 0
        for part in parts {
            markers.learn(from: frame, part.records, of: part.place)
            guard !part.aborted.isEmpty else { continue }
            let kept = part.aborted.filter { aborted in
                !markers.isOver(aborted, at: part.offset, in: part.place)
            }
            result += frame[copied..<part.list.lowerBound]
            result += Int32(kept.count).bigEndianBytes
            for aborted in kept {
                result += aborted.producer.bigEndianBytes + aborted.first.bigEndianBytes
            }
            copied = part.list.upperBound
        }
        guard copied > 0 else { return frame }
        result += frame[copied...]
        result.replaceSubrange(0..<4, with: Int32(result.count - 4).bigEndianBytes)
        return result
    }
}

/// The ends of transactions that have passed by, of all clients.
final class Markers: Sendable {
    private struct Key: Hashable {
        let place: ProxyPlace
        let producer: Int64
    }

    private let offsets = Mutex<[Key: Set<Int64>]>([:])

    /// Whether a transaction has ended before an offset.
    func isOver(_ aborted: AbortedTransaction, at offset: Int64, in place: ProxyPlace) -> Bool {
        let key = Key(place: place, producer: aborted.producer)
        return offsets.withLock { offsets in
            offsets[key]?.contains { aborted.first < $0 && $0 < offset } == true
        }
    }

    /// Notes the batches that end transactions.
    func learn(from frame: [UInt8], _ records: Range<Int>, of place: ProxyPlace) {
        var reader = FrameReader(frame)
        reader.position = records.lowerBound
        while reader.position + 61 <= records.upperBound {
            guard let batch = try? Batch(&reader) else { return }
            guard batch.isControl else { continue }
            let key = Key(place: place, producer: batch.producer)
            _ = offsets.withLock { $0[key, default: []].insert(batch.base) }
        }
    }

    /// The header of a batch of records, as far as it counts here.
    private struct Batch {
        let base: Int64
        let isControl: Bool
        let producer: Int64

        /// Reads it and goes on behind the batch.
        init(_ reader: inout FrameReader) throws {
            base = try reader.integer()
            let length: Int32 = try reader.integer()
            let next = reader.position + Int(length)
            try reader.skip(4 + 1 + 4)
            isControl = try reader.integer(UInt16.self) & 0x20 != 0
            try reader.skip(4 + 8 + 8)
            producer = try reader.integer()
            try reader.skip(next - reader.position)
        }
    }
}

extension FixedWidthInteger {
    fileprivate var bigEndianBytes: [UInt8] {
        stride(from: bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> $0) }
    }
}
