// TCP on the loopback interface, blocking, a thread for each direction.

internal import Glibc

/// A socket; whoever is done with it closes it, for both directions.
struct Socket: Sendable {
    private let descriptor: Int32

    /// One that listens on a free port.
    static func listening() throws -> Socket {
        let socket = Socket(descriptor: try make())
        unsafe try socket.withAddress(port: 0) { address, size in
            unsafe bind(socket.descriptor, address, size)
        }
        guard listen(socket.descriptor, 64) == 0 else { throw failure("listen") }
        return socket
    }

    /// One that is connected to a port.
    static func connected(to port: UInt16) throws -> Socket {
        let socket = Socket(descriptor: try make())
        do {
            unsafe try socket.withAddress(port: port) { address, size in
                unsafe connect(socket.descriptor, address, size)
            }
        } catch {
            Glibc.close(socket.descriptor)
            throw error
        }
        socket.sendAtOnce()
        return socket
    }

    private static func make() throws -> Int32 {
        let flags = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, flags, 0)
        guard descriptor >= 0 else { throw failure("socket") }
        return descriptor
    }

    private static func failure(_ call: String) -> Missed {
        Missed(description: "\(call) on the loopback interface: error \(errno)")
    }

    private func sendAtOnce() {
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, size)
    }

    private func withAddress(
        port: UInt16,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe body(pointer, size)
            }
        }
        guard result == 0 else { throw Self.failure("bind or connect") }
    }

    /// The port that it listens on.
    func port() throws -> UInt16 {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe getsockname(descriptor, pointer, &size)
            }
        }
        guard result == 0 else { throw Self.failure("getsockname") }
        return UInt16(bigEndian: address.sin_port)
    }

    /// The next client; `nil` when this socket is closed.
    func accept() -> Socket? {
        let client = Glibc.accept(descriptor, nil, nil)
        guard client >= 0 else { return nil }
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
        let socket = Socket(descriptor: client)
        socket.sendAtOnce()
        return socket
    }

    /// A message with the four bytes of its length; `nil` at the end of the connection.
    func readFrame() -> [UInt8]? {
        guard let head = read(4) else { return nil }
        let count = head.reduce(0) { $0 << 8 | Int($1) }
        return read(count).map { head + $0 }
    }

    /// Everything until the other side ends the connection.
    func readToEnd() -> [UInt8] {
        var bytes: [UInt8] = []
        while let byte = read(1) { bytes += byte }
        return bytes
    }

    private func read(_ count: Int) -> [UInt8]? {
        var isWhole = true
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled...])
                let got = unsafe recv(descriptor, rest.baseAddress, rest.count, 0)
                if got <= 0 {
                    isWhole = false
                    return
                }
                filled += got
            }
        }
        return isWhole ? bytes : nil
    }

    /// Sends everything.
    ///
    /// - Returns: whether the connection took it.
    func write(_ bytes: [UInt8]) -> Bool {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            var sent = 0
            while sent < buffer.count {
                let rest = unsafe UnsafeBufferPointer(rebasing: buffer[sent...])
                let flags = Int32(MSG_NOSIGNAL)
                let got = unsafe send(descriptor, rest.baseAddress, rest.count, flags)
                if got <= 0 { return false }
                sent += got
            }
            return true
        }
    }

    /// Ends both directions, which wakes whoever waits for it.
    func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Gives the descriptor back; nobody may use the socket any more.
    func close() { Glibc.close(descriptor) }
}
