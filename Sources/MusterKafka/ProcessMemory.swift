// How the C library deals with the memory of a process that reads a lot from a bus.

internal import CLibRdKafka

/// The memory of the whole process.
public enum ProcessMemory {
    /// Has memory that was freed kept for what is needed next. To be called before there are
    /// clients.
    ///
    /// librdkafka makes a buffer for each answer of a broker and for each batch that it unpacks, of
    /// up to some megabytes, and frees it a moment later. glibc would give most of them back to the
    /// kernel, which hands out cleared pages for the next: that was half of the processor time of
    /// the thread that reads. What is kept is bounded by what was in use at one time in each of
    /// glibc's arenas.
    public static func keepFreed() {
        // The most that glibc takes; what is larger is mapped and unmapped for itself.
        mallopt(M_MMAP_THRESHOLD, 32 << 20)
        mallopt(M_TRIM_THRESHOLD, 64 << 20)
    }
}
