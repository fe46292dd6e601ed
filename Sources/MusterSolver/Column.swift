// The arrays of the inner loops. A plain array in a long-lived structure pays for reference counts
// and uniqueness checks on every write; this one has a single owner by type, so it pays only for
// the bounds check.

/// A growable array with exactly one owner.
@safe struct Column<Element: BitwiseCopyable>: ~Copyable {
    private var base: UnsafeMutablePointer<Element>
    private var capacity: Int
    /// How many elements there are.
    private(set) var count: Int

    /// Makes an empty column with room for `capacity` elements; for none it takes no memory.
    init(capacity: Int = 0) {
        precondition(capacity >= 0, "no column has less than no room")
        self.capacity = capacity
        count = 0
        unsafe base = capacity > 0 ? .allocate(capacity: capacity) : Self.nowhere
    }

    /// What nothing is read from or written to.
    private static var nowhere: UnsafeMutablePointer<Element> {
        // The alignment is an address that is not null and where an element could be.
        unsafe UnsafeMutablePointer(bitPattern: MemoryLayout<Element>.alignment).unsafelyUnwrapped
    }

    /// Makes a column of equal elements.
    init(repeating element: Element, count: Int) {
        self.init(capacity: count)
        unsafe base.initialize(repeating: element, count: count)
        self.count = count
    }

    /// Makes a column with the elements of an array.
    init(_ elements: [Element]) {
        self.init(capacity: elements.count)
        unsafe elements.withUnsafeBufferPointer { source in
            if let first = source.baseAddress {
                unsafe base.initialize(from: first, count: source.count)
            }
        }
        count = elements.count
    }

    deinit {
        if capacity > 0 { unsafe base.deallocate() }
    }

    @inline(__always)
    subscript(index: Int) -> Element {
        get {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            return unsafe base[index]
        }
        _modify {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            yield unsafe &base[index]
        }
    }

    @inline(__always)
    subscript(index: Int32) -> Element {
        get { self[Int(index)] }
        _modify { yield &self[Int(index)] }
    }

    /// The last element; there must be one.
    @inline(__always) var last: Element { self[count - 1] }

    @inline(__always) var isEmpty: Bool { count == 0 }

    /// Adds an element at the end.
    @inline(__always)
    mutating func append(_ element: Element) {
        if count == capacity { grow(to: max(4, capacity * 2)) }
        unsafe (base + count).initialize(to: element)
        count += 1
    }

    /// Removes and gives the last element; there must be one.
    @inline(__always)
    mutating func popLast() -> Element {
        precondition(count > 0)
        count -= 1
        return unsafe base[count]
    }

    /// Keeps the first `length` elements.
    @inline(__always)
    mutating func truncate(to length: Int) {
        precondition(length >= 0 && length <= count)
        count = length
    }

    /// Removes every element and keeps the memory.
    @inline(__always)
    mutating func removeAll() { count = 0 }

    /// Makes the column `length` equal elements long.
    mutating func reset(to element: Element, count length: Int) {
        if length > capacity { grow(to: max(length, capacity * 2)) }
        unsafe base.initialize(repeating: element, count: length)
        count = length
    }

    /// Makes the column as long as `length`, with `element` in the new places.
    mutating func extend(with element: Element, count length: Int) {
        if length > capacity { grow(to: max(length, capacity * 2)) }
        while count < length { append(element) }
    }

    /// The elements as an array.
    func array() -> [Element] {
        unsafe Array(unsafeUninitializedCapacity: count) { target, length in
            if let first = target.baseAddress { unsafe first.initialize(from: base, count: count) }
            length = count
        }
    }

    private mutating func grow(to wanted: Int) {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: wanted)
        unsafe larger.initialize(from: base, count: count)
        if capacity > 0 { unsafe base.deallocate() }
        unsafe base = larger
        capacity = wanted
    }
}
