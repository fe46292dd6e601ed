// Java clients place a keyed record by murmur2 of its key, and so does librdkafka's
// `murmur2_random`. A worker must be able to tell where a domain's records belong.

/// Where a keyed record belongs.
public enum Partitioner {
    /// The partition of a key in a topic of `count` partitions.
    ///
    /// - Precondition: `count` is at least 1.
    public static func partition(forKey key: some Collection<UInt8>, count: Int32) -> Int32 {
        precondition(count >= 1, "a topic has at least one partition")
        return (murmur2(key) & .max) % count
    }

    /// Austin Appleby's MurmurHash2 with the seed that Kafka chose, as a signed number like Java's.
    static func murmur2(_ key: some Collection<UInt8>) -> Int32 {
        let multiplier: UInt32 = 0x5bd1_e995
        var hash = 0x9747_b28c ^ UInt32(truncatingIfNeeded: key.count)
        var word: UInt32 = 0
        var filled: UInt32 = 0
        for byte in key {
            word |= UInt32(byte) << (8 * filled)
            filled += 1
            guard filled == 4 else { continue }
            word &*= multiplier
            word ^= word >> 24
            hash = hash &* multiplier ^ word &* multiplier
            (word, filled) = (0, 0)
        }
        if filled > 0 { hash = (hash ^ word) &* multiplier }
        hash ^= hash >> 13
        hash &*= multiplier
        hash ^= hash >> 15
        return Int32(bitPattern: hash)
    }
}
