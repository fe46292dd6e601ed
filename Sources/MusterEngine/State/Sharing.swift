// Resources say mostly the same as others do. Equal lists, labels and long texts are kept once:
// without that a million resources would not fit into the memory that they are given.

import MusterModel

/// Values that many resources have, each once. It is bounded: beyond a number of different values
/// sharing does not pay, and it begins anew.
struct Sharing: Sendable {
    /// Values by the bytes that encode them. Equal texts may differ in their bytes, and bytes have
    /// to stay as they are, so values are not compared themselves.
    struct Pool<Value: Sendable>: Sendable {
        private static var limit: Int { 4096 }

        private var known: [UInt64: (bytes: [UInt8], value: Value)] = [:]

        /// The value that these bytes encode; `make` is asked where it is not known.
        mutating func value<Failure: Error>(
            of bytes: [UInt8],
            in range: Range<Int>,
            _ make: () throws(Failure) -> Value
        ) throws(Failure) -> Value {
            // Fowler, Noll and Vo's hash; a collision only costs the sharing.
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
            if let entry = known[hash], entry.bytes.elementsEqual(bytes[range]) {
                return entry.value
            }
            let value = try make()
            if known.count >= Self.limit { known = [:] }
            known[hash] = (Array(bytes[range]), value)
            return value
        }
    }

    var texts = Pool<String>()
    var lists = Pool<[String]>()
    var labels = Pool<[String: String]>()
    var capacities = Pool<[String: Int]>()

    /// Lets a resource hold values that are held already.
    ///
    /// - Complexity: O(size of the resource).
    mutating func share(_ resource: inout Resource) {
        resource.kind = share(resource.kind)
        resource.node = resource.node.map { ResourceID(share($0.name)) }
        resource.cluster = resource.cluster.map { share($0) }
        resource.serviceGroup = resource.serviceGroup.map { share($0) }
        if !resource.applications.isEmpty {
            let list = resource.applications
            resource.applications = Self.share(list, in: &lists) { $0.texts(list) }
        }
        if !resource.labels.isEmpty {
            let pairs = resource.labels
            resource.labels = Self.share(pairs, in: &labels) { $0.labels(pairs) }
        }
        if !resource.capacity.isEmpty {
            let amounts = resource.capacity
            resource.capacity = Self.share(amounts, in: &capacities) { $0.capacity(amounts) }
        }
    }

    private mutating func share(_ text: String) -> String {
        // Shorter ones are stored in place.
        guard text.utf8.count > 15 else { return text }
        let bytes = Array(text.utf8)
        return texts.value(of: bytes, in: bytes.indices) { text }
    }

    private static func share<Value>(
        _ value: Value,
        in pool: inout Pool<Value>,
        _ write: (inout ByteWriter) -> Void
    ) -> Value {
        var writer = ByteWriter()
        write(&writer)
        return pool.value(of: writer.bytes, in: writer.bytes.indices) { value }
    }
}
