// Logs as a worker writes them: one line a record, whatever is in it, for people or for programs.
// What comes from outside, such as a record's key or librdkafka's words, may hold anything; a line
// stays one line, of bounded length, and valid JSON.

internal import Foundation
public import Logging
public import MusterModel
internal import Synchronization

/// Writes each record of a log as one line.
public struct LineLogHandler: LogHandler {
    /// How a line looks.
    public enum Style: Hashable, Sendable {
        /// Time, level, message, then `key=value`.
        case text
        /// An object with `ts`, `level`, `logger`, `msg` and the metadata beside them.
        case json
    }

    /// A message or a value of more bytes than this is cut.
    public static let longestValue = 8192

    /// The least severity that is written.
    public var logLevel: Logger.Level = .info
    /// Metadata of all records.
    public var metadata: Logger.Metadata = [:]
    /// Asked for metadata of the task that logs.
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let style: Style
    private let redaction: Redaction
    private let now: @Sendable () -> Instant
    private let write: @Sendable (String) -> Void

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - label: What the logger is called.
    ///   - style: How lines look.
    ///   - redaction: What must not be in them.
    ///   - now: Tells the time; the system's clock when there is none.
    ///   - write: Takes a line with its end, perhaps from several threads at once.
    public init(
        label: String,
        style: Style,
        redaction: Redaction = Redaction(),
        now: (@Sendable () -> Instant)? = nil,
        write: @escaping @Sendable (String) -> Void = LineLogHandler.standardError
    ) {
        self.label = label
        self.style = style
        self.redaction = redaction
        self.now = now ?? WorkerContext.systemClock
        self.write = write
    }

    /// One piece of metadata of all records.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes to standard error, a line at a time. A reader that has gone away is not our failure.
    public static let standardError: @Sendable (String) -> Void = { line in
        lock.withLock { _ in
            try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
        }
    }

    private static let lock = Mutex(())

    /// Writes a record.
    public func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
        if let more = event.metadata { fields.merge(more) { $1 } }
        if let error = event.error { fields["error"] = "\(error)" }
        var line = LogLineWriter(redaction: redaction)
        let time = Self.time(now())
        let message = event.message.description
        switch style {
        case .json: line.writeJSON(time, event.level, label, message, fields)
        case .text: line.writeText(time, event.level, message, fields)
        }
        write(line.text)
    }

    /// RFC 3339 in UTC, always with milliseconds, so that lines sort by their texts.
    private static func time(_ instant: Instant) -> String {
        let text = instant.rfc3339
        return instant.milliseconds % 1000 == 0 ? text.dropLast() + ".000Z" : text
    }
}

/// Puts one line together.
private struct LogLineWriter {
    let redaction: Redaction
    var text = ""

    mutating func writeJSON(
        _ time: String,
        _ level: Logger.Level,
        _ label: String,
        _ message: String,
        _ fields: Logger.Metadata
    ) {
        text += "{\"ts\":\"\(time)\",\"level\":\"\(level.rawValue)\",\"logger\":"
        writeString(label)
        text += ",\"msg\":"
        writeString(message)
        for (key, value) in flat(fields) {
            text += ","
            // A key that is ours already gets a mark: an object with a key twice is no use.
            writeString(["ts", "level", "logger", "msg"].contains(key) ? key + "_" : key)
            text += ":"
            writeString(value)
        }
        text += "}\n"
    }

    mutating func writeText(
        _ time: String,
        _ level: Logger.Level,
        _ message: String,
        _ fields: Logger.Metadata
    ) {
        text += "\(time) \(level.rawValue) "
        writePlain(message)
        for (key, value) in flat(fields) {
            text += " "
            writePlain(key)
            text += "="
            let isSimple =
                !value.isEmpty && !value.contains { $0.isWhitespace || "\"=".contains($0) }
            if isSimple { writePlain(value) } else { writeString(value) }
        }
        text += "\n"
    }

    /// Metadata without nesting, in the order of keys: `outer.inner`, lists in one text.
    private func flat(_ fields: Logger.Metadata) -> [(key: String, value: String)] {
        var flat: [String: String] = [:]
        func add(_ key: String, _ value: Logger.Metadata.Value) {
            switch value {
            case .string(let text): flat[key] = text
            case .stringConvertible(let value): flat[key] = value.description
            case .array(let values): flat[key] = values.map(\.description).joined(separator: ", ")
            case .dictionary(let inner):
                for (name, value) in inner { add("\(key).\(name)", value) }
            }
        }
        for (key, value) in fields { add(key, value) }
        return flat.sorted { $0.key < $1.key }
    }

    /// Hides before it cuts, or else the beginning of a secret could be left.
    private func bounded(_ value: String) -> String {
        let value = redaction(value)
        let limit = LineLogHandler.longestValue
        guard value.utf8.count > limit else { return value }
        var end = value.utf8.index(value.startIndex, offsetBy: limit)
        while end.samePosition(in: value.unicodeScalars) == nil {
            end = value.utf8.index(before: end)
        }
        return value[..<end] + "…"
    }

    /// As a string of JSON. What ends a line for some reader is escaped too.
    private mutating func writeString(_ value: String) {
        text += "\""
        for scalar in bounded(value).unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default: writeEscapingControls(scalar)
            }
        }
        text += "\""
    }

    /// As it is, but without what could end the line or move a terminal's cursor.
    private mutating func writePlain(_ value: String) {
        for scalar in bounded(value).unicodeScalars { writeEscapingControls(scalar) }
    }

    private mutating func writeEscapingControls(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029:
            let digits = String(scalar.value, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: text.unicodeScalars.append(scalar)
        }
    }
}
