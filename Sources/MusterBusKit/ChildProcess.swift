// Brokers and workers as processes of their own, which can be killed at any instruction. Not with
// Foundation's Process: from an asynchronous test it hands its blocked signals to the child, which
// SIGTERM then cannot end.

internal import Dispatch
public import Foundation
internal import Glibc
internal import Synchronization

/// A process that was started here. It is killed when this object goes.
public final class ChildProcess: Sendable {
    /// How a process ended.
    public enum Ending: Hashable, Sendable {
        /// By itself, with this status.
        case exited(Int32)
        /// By this signal.
        case killed(Int32)
    }

    /// The process could not be started.
    public struct LaunchError: Error, CustomStringConvertible {
        /// The executable.
        public let path: String
        /// The number of the error.
        public let number: Int32

        /// The path with the system's words.
        public var description: String {
            unsafe "\(path): \(String(cString: strerror(number)))"
        }
    }

    /// The process's id.
    public let id: Int32
    private let end = End()

    /// Starts an executable with no open signals blocked.
    ///
    /// - Parameters:
    ///   - path: The executable.
    ///   - arguments: Those after its name.
    ///   - environment: All of its environment.
    ///   - output: The file that standard output and standard error are appended to.
    /// - Throws: ``LaunchError``.
    public init(
        _ path: String,
        _ arguments: [String],
        environment: [String: String] = ChildProcess.plainEnvironment,
        output: URL
    ) throws(LaunchError) {
        id = try Self.spawn(path, arguments, environment, output: output.path)
        let (id, end) = (id, end)
        let thread = Thread { end.reap(id) }
        thread.name = "wait for \(id)"
        thread.start()
    }

    deinit { send(SIGKILL) }

    /// Our own environment without settings of workers.
    public static var plainEnvironment: [String: String] {
        ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("MUSTER_") }
    }

    /// How it ended; `nil` while it runs.
    public var ending: Ending? { end.value }

    /// Sends a signal, unless the process has ended.
    public func send(_ signal: Int32) {
        // Under the lock, so that the id cannot be another process's by now.
        end.ifRunning { _ = Glibc.kill(id, signal) }
    }

    /// Ends it at whatever instruction it is, and waits until it is gone.
    public func kill() {
        send(SIGKILL)
        _ = waitForEnd(within: .seconds(60))
    }

    /// Asks it to end in order, and waits.
    ///
    /// - Returns: how it ended; `nil` when it still runs.
    public func terminate(within limit: Duration = .seconds(30)) -> Ending? {
        send(SIGTERM)
        return waitForEnd(within: limit)
    }

    /// Waits for its end.
    ///
    /// - Returns: how it ended; `nil` when it still runs.
    public func waitForEnd(within limit: Duration) -> Ending? { end.wait(within: limit) }

    private static func spawn(
        _ path: String,
        _ arguments: [String],
        _ environment: [String: String],
        output: String
    ) throws(LaunchError) -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_APPEND
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o644)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        let variables = environment.map { "\($0.key)=\($0.value)" }.sorted()
        var id: Int32 = 0
        let error = unsafe withCStrings([path] + arguments) { arguments in
            unsafe withCStrings(variables) { environment in
                unsafe posix_spawn(&id, path, &actions, &attributes, arguments, environment)
            }
        }
        guard error == 0 else { throw LaunchError(path: path, number: error) }
        return id
    }

    private static func withCStrings<R>(
        _ texts: [String],
        _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
    ) -> R {
        var pointers = unsafe texts.map { unsafe strdup($0) }
        unsafe pointers.append(nil)
        defer { for index in texts.indices { unsafe free(pointers[index]) } }
        return unsafe pointers.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else {
                preconditionFailure("the list ends with a null pointer, so it is not empty")
            }
            return unsafe body(start)
        }
    }
}

/// The end of a process, that threads may wait for.
private final class End: Sendable {
    private let ending = Mutex<ChildProcess.Ending?>(nil)
    private let isOver = DispatchGroup()

    init() { isOver.enter() }

    var value: ChildProcess.Ending? { ending.withLock { $0 } }

    func ifRunning(_ body: () -> Void) {
        ending.withLock { ending in
            if ending == nil { body() }
        }
    }

    func wait(within limit: Duration) -> ChildProcess.Ending? {
        _ = isOver.wait(timeout: .now() + limit.inSeconds)
        return value
    }

    /// Waits for the process and gives its id back. Blocks the thread.
    func reap(_ id: Int32) {
        var information = unsafe siginfo_t()
        // Leaves the process's id taken until nobody sends it signals any more.
        while unsafe waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT) != 0,
            errno == EINTR
        {}
        ending.withLock { ending in
            var status: Int32 = 0
            while unsafe waitpid(id, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7f
            ending = signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal)
        }
        isOver.leave()
    }
}

extension Duration {
    /// Seconds with their fraction.
    public var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
