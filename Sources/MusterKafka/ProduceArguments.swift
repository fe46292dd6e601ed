// The variadic `rd_kafka_producev` is not to be had from Swift; its array form is. The array and
// the bytes it points into are kept between calls, so that producing allocates nothing of ours.

internal import CLibRdKafka

/// Room for the arguments of one call.
@safe
struct ProduceArguments {
    private var arguments = unsafe [rd_kafka_vu_t]()
    /// Header names, each with a final zero, and values.
    private var bytes: [UInt8] = []

    mutating func produce(
        _ client: ClientHandle,
        topic: String,
        partition: Int32,
        key: [UInt8]?,
        value: [UInt8]?,
        headers: [Header],
        timestamp: Int64,
        token: Int
    ) throws(KafkaError) {
        bytes.removeAll(keepingCapacity: true)
        for header in headers {
            bytes.append(contentsOf: header.name.utf8)
            bytes.append(0)
            bytes.append(contentsOf: header.value ?? [])
        }
        unsafe arguments.removeAll(keepingCapacity: true)
        unsafe add(RD_KAFKA_VTYPE_PARTITION) { unsafe $0.u.i32 = partition }
        unsafe add(RD_KAFKA_VTYPE_MSGFLAGS) { unsafe $0.u.i = RD_KAFKA_MSG_F_COPY }
        unsafe add(RD_KAFKA_VTYPE_TIMESTAMP) { unsafe $0.u.i64 = timestamp }
        unsafe add(RD_KAFKA_VTYPE_OPAQUE) {
            unsafe $0.u.ptr = UnsafeMutableRawPointer(bitPattern: token)
        }
        // The pointers into these hold until the closures return; librdkafka copies what they
        // point to before that.
        let headerBytes = bytes
        let error = unsafe topic.withCString { topic in
            unsafe withBytes(of: key) { key in
                unsafe withBytes(of: value) { value in
                    unsafe headerBytes.withUnsafeBytes { bytes in
                        unsafe addPointers(topic, key, value)
                        unsafe addHeaders(headers, in: bytes)
                        return unsafe rd_kafka_produceva(client.raw, arguments, arguments.count)
                    }
                }
            }
        }
        try unsafe KafkaError.check(error)
    }

    private mutating func addPointers(
        _ topic: UnsafePointer<CChar>,
        _ key: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer
    ) {
        unsafe add(RD_KAFKA_VTYPE_TOPIC) { unsafe $0.u.cstr = topic }
        unsafe add(RD_KAFKA_VTYPE_KEY) {
            unsafe $0.u.mem.ptr = UnsafeMutableRawPointer(mutating: key.baseAddress)
            unsafe $0.u.mem.size = key.count
        }
        unsafe add(RD_KAFKA_VTYPE_VALUE) {
            unsafe $0.u.mem.ptr = UnsafeMutableRawPointer(mutating: value.baseAddress)
            unsafe $0.u.mem.size = value.count
        }
    }

    private mutating func addHeaders(_ headers: [Header], in bytes: UnsafeRawBufferPointer) {
        guard var name = bytes.baseAddress else { return }
        for header in headers {
            let value = unsafe name + header.name.utf8.count + 1
            let count = header.value?.count ?? 0
            unsafe add(RD_KAFKA_VTYPE_HEADER) {
                unsafe $0.u.header.name = name.assumingMemoryBound(to: CChar.self)
                unsafe $0.u.header.val = header.value == nil ? nil : value
                unsafe $0.u.header.size = count
            }
            unsafe name = value + count
        }
    }

    private mutating func add(_ type: rd_kafka_vtype_t, _ fill: (inout rd_kafka_vu_t) -> Void) {
        var argument = unsafe rd_kafka_vu_t()
        unsafe argument.vtype = type
        unsafe fill(&argument)
        unsafe arguments.append(argument)
    }

    /// The bytes; a null pointer for no array, but never for an empty one: to Kafka an empty value
    /// is not a tombstone.
    private func withBytes<R>(
        of bytes: [UInt8]?,
        _ body: (UnsafeRawBufferPointer) -> R
    ) -> R {
        guard let bytes else { return unsafe body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        guard bytes.isEmpty else { return unsafe bytes.withUnsafeBytes { unsafe body($0) } }
        return unsafe withUnsafeBytes(of: UInt8(0)) { byte in
            unsafe body(UnsafeRawBufferPointer(rebasing: byte.prefix(0)))
        }
    }
}
