// A broker to test against: a process of its own on the loopback interface with a fresh folder, or
// one that somebody else runs.
//
// The process is noida-db, which hides aborted transactions, commits offsets in transactions and
// fences producers by their epoch. It writes all it holds at every change, so it is for some ten
// thousand records, and a new one for each run. Clients reach it through a proxy; see there.

public import Foundation
internal import MusterKafka

/// A broker for as long as this object lives.
public final class BrokerProcess: Sendable {
    /// There is no broker to be had.
    public struct Absent: Error, CustomStringConvertible {
        /// What to do about it.
        public let description: String
    }

    /// Where a broker can come from.
    public enum Source: Sendable {
        /// One that runs already.
        case running(bootstrapServers: String)
        /// An executable to start.
        case executable(String)
    }

    /// The address for `bootstrap.servers`.
    public let bootstrapServers: String
    /// The process; `nil` when somebody else runs the broker.
    public let process: ChildProcess?
    private let folder: TemporaryFolder?
    private let proxy: BrokerProxy?
    /// The process's own port; `nil` when somebody else runs the broker.
    let port: UInt16?

    /// What the environment names, or the one that was installed below `.build`: `nil` when there
    /// is none.
    ///
    /// `KAFKA_BOOTSTRAP` is the address of a running one, `MUSTER_TEST_BROKER` the executable.
    public static func source(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Source? {
        if let address = environment["KAFKA_BOOTSTRAP"], !address.isEmpty {
            return .running(bootstrapServers: address)
        }
        if let path = environment["MUSTER_TEST_BROKER"], !path.isEmpty { return .executable(path) }
        return installed.map { .executable($0) }
    }

    /// What to say where there is none.
    public static let advice = """
        no broker: `.ci/broker` installs one, MUSTER_TEST_BROKER names the executable of one, \
        KAFKA_BOOTSTRAP=host:port one that runs
        """

    /// Whether a broker would be a process that is started here.
    public static var isOwn: Bool {
        if case .executable? = source() { true } else { false }
    }

    /// What to say where it would not be.
    public static let ownAdvice = """
        for a broker that is started by the test: `.ci/broker` installs one, without KAFKA_BOOTSTRAP
        """

    private static var installed: String? {
        Executables.folder.pathComponents.indices.reversed().lazy
            .map { Executables.folder.pathComponents[...$0].joined(separator: "/") }
            .map { "\($0)/broker/noida-db" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Starts a broker, or connects to the one that is there.
    ///
    /// - Throws: ``Absent``, ``Missed`` when it does not answer, or why it could not be started.
    public init() throws {
        switch Self.source() {
        case nil: throw Absent(description: Self.advice)
        case .running(let address):
            bootstrapServers = address
            (process, folder, proxy, port) = (nil, nil, nil, nil)
        case .executable(let path):
            let folder = try TemporaryFolder("broker")
            let port = try Self.freePort()
            let proxy = try BrokerProxy(broker: port)
            bootstrapServers = "127.0.0.1:\(proxy.port)"
            self.proxy = proxy
            self.port = port
            process = try ChildProcess(
                path,
                [
                    "start", "--only", "kafka", "--host", "127.0.0.1", "--kafka-port", "\(port)",
                    "--data-dir", folder.appending("data").path,
                ],
                output: folder.appending("log")
            )
            self.folder = folder
        }
        try awaitAnswer()
    }

    deinit {
        // Before the folder goes; what it holds is of no more use.
        process?.kill()
    }

    private func awaitAnswer() throws {
        let admin = try Admin(["bootstrap.servers": bootstrapServers], log: { _ in })
        try waitUntil("the broker at \(bootstrapServers)", within: .seconds(30)) {
            if let ending = process?.ending {
                throw Missed(description: "the broker ended: \(ending)")
            }
            return (try? admin.partitionCounts(within: .seconds(1))) != nil
        }
    }

    /// A port that nobody listens on just now.
    static func freePort() throws -> UInt16 {
        let socket = try Socket.listening()
        defer { socket.close() }
        return try socket.port()
    }
}
