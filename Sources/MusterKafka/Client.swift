// The one place where a librdkafka client is configured, made and destroyed.

internal import CLibRdKafka

/// Facts about the library and its configuration.
public enum Client {
    /// The version of librdkafka, such as `2.0.2`.
    public static var libraryVersion: String { unsafe String(cString: rd_kafka_version_str()) }

    /// Tells what is wrong with properties, without making a client.
    ///
    /// - Returns: one error for each unknown property or impossible value, in order of name; each
    ///   names its ``KafkaError/property``.
    public static func problems(in properties: [String: String]) -> [KafkaError] {
        let configuration = Configuration()
        return properties.sorted(by: { $0.key < $1.key }).compactMap { key, value in
            do throws(KafkaError) {
                try configuration.set(key, to: value)
                return nil
            } catch {
                return error
            }
        }
    }
}

/// Owns a `rd_kafka_conf_t` until a client takes it over.
@safe
final class Configuration {
    private var raw: OpaquePointer?

    init() { unsafe raw = rd_kafka_conf_new() }

    deinit {
        if let raw = unsafe raw { unsafe rd_kafka_conf_destroy(raw) }
    }

    func set(_ key: String, to value: String) throws(KafkaError) {
        let (result, text) = unsafe withErrorText { buffer, size in
            unsafe rd_kafka_conf_set(raw, key, value, buffer, size)
        }
        guard result != RD_KAFKA_CONF_OK else { return }
        var error = KafkaError(.invalidArgument, text)
        error.property = key
        throw error
    }

    /// Registers a client's callbacks, which must outlive it.
    func register(_ callbacks: Callbacks) {
        if let raw = unsafe raw { unsafe callbacks.register(in: raw) }
    }

    /// Makes the client. It owns the configuration on success; on failure we still do.
    func makeClient(_ kind: rd_kafka_type_t) throws(KafkaError) -> OpaquePointer {
        let (client, text) = unsafe withErrorText { buffer, size in
            unsafe rd_kafka_new(kind, raw, buffer, size)
        }
        guard let client = unsafe client else { throw KafkaError(.invalidArgument, text) }
        unsafe raw = nil
        return unsafe client
    }
}

/// Calls a C function that describes its failure in a buffer.
func withErrorText<R>(
    _ body: (UnsafeMutablePointer<CChar>?, Int) -> R
) -> (result: R, text: String) {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
        unsafe buffer.initialize(repeating: 0)
        let result = unsafe body(buffer.baseAddress, buffer.count)
        let text = unsafe buffer.baseAddress.map { unsafe String(cString: $0) }
        return (result, text ?? "")
    }
}

/// What librdkafka's callbacks reach through the client's opaque pointer.
///
/// `log` never changes and may be read by any thread. The rest is touched only by the thread that
/// polls: librdkafka calls those callbacks inside of the polling functions.
class Callbacks {
    let log: LogSink
    /// The error after which the client is of no more use.
    var fatal: KafkaError?

    init(log: @escaping LogSink) { self.log = log }

    /// The callbacks that were registered with `opaque`.
    static func of(_ opaque: UnsafeMutableRawPointer?) -> Self? {
        guard let opaque = unsafe opaque else { return nil }
        return unsafe Unmanaged<Self>.fromOpaque(opaque).takeUnretainedValue()
    }

    /// Registers them; `self` must outlive the client.
    func register(in configuration: OpaquePointer) {
        unsafe rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(self).toOpaque())
        unsafe rd_kafka_conf_set_log_cb(configuration) { client, level, facility, text in
            guard let client = unsafe client, let facility = unsafe facility,
                let text = unsafe text
            else { return }
            let callbacks = unsafe Callbacks.of(rd_kafka_opaque(client))
            unsafe callbacks?.log(
                LogLine(
                    level: level,
                    facility: String(cString: facility),
                    text: String(cString: text)
                )
            )
        }
        unsafe rd_kafka_conf_set_error_cb(configuration) { client, code, reason, opaque in
            guard let callbacks = unsafe Callbacks.of(opaque) else { return }
            let text = unsafe reason.map { unsafe String(cString: $0) } ?? ""
            callbacks.log(LogLine(level: 4, facility: "ERROR", text: text))
            guard code == RD_KAFKA_RESP_ERR__FATAL.rawValue else { return }
            callbacks.fatal = unsafe KafkaError.fatal(of: client)
        }
    }
}

extension KafkaError {
    /// The fatal error that a client has run into, if it has.
    static func fatal(of client: OpaquePointer?) -> KafkaError? {
        let (code, text) = unsafe withErrorText { buffer, size in
            unsafe rd_kafka_fatal_error(client, buffer, size)
        }
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        var error = KafkaError(Code(code), text)
        error.isFatal = true
        return error
    }
}

/// Owns a `rd_kafka_t`: made once, destroyed once, on whichever thread lets go of it last.
///
/// Whoever owns a handle must have destroyed its queues before, and closed its consumer.
@safe
final class ClientHandle {
    let raw: OpaquePointer
    /// Kept here because the client's threads use it until `rd_kafka_destroy` has returned.
    private let callbacks: Callbacks
    private var isAbandoned = false

    /// Makes a client; later defaults give way to `properties`.
    init(
        _ kind: rd_kafka_type_t,
        _ properties: [String: String],
        defaults: [String: String],
        callbacks: Callbacks
    ) throws(KafkaError) {
        let configuration = Configuration()
        let merged = defaults.merging(properties) { $1 }
        for (key, value) in merged.sorted(by: { $0.key < $1.key }) {
            try configuration.set(key, to: value)
        }
        configuration.register(callbacks)
        unsafe raw = try configuration.makeClient(kind)
        self.callbacks = callbacks
    }

    /// Gives up on destroying the client, which would block for as long as its broker is away. It
    /// lives on, and so do the callbacks that its threads use, until the process ends.
    func abandon() {
        guard !isAbandoned else { return }
        isAbandoned = true
        unsafe _ = Unmanaged.passRetained(callbacks)
    }

    deinit {
        if !isAbandoned { unsafe rd_kafka_destroy(raw) }
        extendLifetime(callbacks)
    }
}

extension Duration {
    /// Whole milliseconds as C's functions take them, at least 0.
    var timeout: Int32 {
        let (seconds, attoseconds) = components
        let ms = seconds.multipliedReportingOverflow(by: 1000)
        guard !ms.overflow else { return seconds > 0 ? .max : 0 }
        return Int32(clamping: max(0, ms.partialValue + attoseconds / 1_000_000_000_000_000))
    }
}
