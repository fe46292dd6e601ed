// Stands between clients and noida-db, and makes three things of its protocol what Kafka's are.
//
// - A fetch that finds nothing is answered at once, so that every client at the end of a partition
//   asks thousands of times a second, and those use up a small machine. Here it waits, as long as
//   the client said, for something to come.
// - An answer names all aborted transactions of a partition, also those that end before the place
//   that was asked for. A client then drops what the same producer has committed since. Here those
//   are left out.
// - The addresses that brokers give are the broker's own; here they become this proxy's.
//
// It knows the versions of requests that librdkafka 2.0.2 sends, and passes on all others.

internal import Foundation
internal import Synchronization

/// Listens on a free port of the loopback interface until the process ends.
final class BrokerProxy: Sendable {
    /// The port that clients connect to.
    let port: UInt16
    private let broker: UInt16
    private let listener: Socket
    private let markers = Markers()

    /// How long nothing is asked of the broker for a fetch that waits.
    static let step = 0.001

    /// A user's name and password.
    struct Credentials: Sendable {
        let user: String
        let password: String

        /// What the mechanism PLAIN sends for them.
        var plain: [UInt8] { [0] + Array(user.utf8) + [0] + Array(password.utf8) }
    }

    /// Listens for a broker on this port.
    ///
    /// - Parameters:
    ///   - broker: The broker's port.
    ///   - advertised: The port that clients are told, where it is not the proxy's own.
    ///   - credentials: What clients have to know; nothing where there are none.
    /// - Throws: ``Missed`` when it cannot listen.
    init(broker: UInt16, advertised: UInt16? = nil, credentials: Credentials? = nil) throws {
        listener = try Socket.listening()
        port = try listener.port()
        self.broker = broker
        let told = advertised ?? port
        let thread = Thread { [listener, broker, markers] in
            while let client = listener.accept() {
                guard let server = try? Socket.connected(to: broker) else {
                    client.close()
                    continue
                }
                Connection(client, server, (broker, told), markers, credentials).run()
            }
            listener.close()
        }
        thread.name = "proxy"
        thread.start()
    }

    // The thread that accepts holds on to the descriptor, and lets go of it then.
    deinit { listener.end() }
}

/// A client's connection and the one to the broker that it is passed on to.
private final class Connection: Sendable {
    private let client: Socket
    private let server: Socket
    private let ports: (broker: UInt16, proxy: UInt16)
    private let markers: Markers
    private let credentials: BrokerProxy.Credentials?
    private let asked = Mutex<[Int32: Asked]>([:])
    /// Threads that still pass something on; guards the way to the broker as well, because fetches
    /// are asked again by others.
    private let passing = Mutex(2)

    /// A request that is not answered yet.
    private enum Asked {
        case fetch(FetchRequest, frame: [UInt8], until: Date)
        case addresses
    }

    init(
        _ client: Socket,
        _ server: Socket,
        _ ports: (broker: UInt16, proxy: UInt16),
        _ markers: Markers,
        _ credentials: BrokerProxy.Credentials?
    ) {
        (self.client, self.server) = (client, server)
        self.ports = ports
        self.markers = markers
        self.credentials = credentials
    }

    /// Starts a thread for each direction.
    func run() {
        for (name, body) in [("to broker", passRequests), ("from broker", passAnswers)] {
            let thread = Thread { [self] in
                body()
                leave()
            }
            thread.name = name
            thread.start()
        }
    }

    /// One direction is over, so the other one is too; whoever is last gives the sockets back.
    private func leave() {
        client.end()
        server.end()
        passing.withLock { passing in
            passing -= 1
            guard passing == 0 else { return }
            client.close()
            server.close()
        }
    }

    private func passRequests() {
        var isAllowed = credentials == nil
        while let frame = client.readFrame() {
            if !isAllowed {
                switch admit(frame) {
                case .not: return
                case .yes: isAllowed = true
                case .notYet: break
                }
            }
            note(frame)
            guard send(frame) else { return }
        }
    }

    private enum Admission {
        case yes, notYet, not
    }

    /// Whether a client that has not said who it is may go on after this request.
    private func admit(_ frame: [UInt8]) -> Admission {
        var reader = FrameReader(frame)
        guard let credentials, let header = try? RequestHeader(&reader) else { return .not }
        switch header.kind {
        case .apiVersions, .saslHandshake: return .notYet
        case .saslAuthenticate:
            if (try? reader.data()) == credentials.plain { return .yes }
            _ = client.write(header.refusal)
            return .not
        default: return .not
        }
    }

    private func send(_ frame: [UInt8]) -> Bool {
        passing.withLock { $0 == 2 && server.write(frame) }
    }

    private func note(_ frame: [UInt8]) {
        var reader = FrameReader(frame)
        guard let header = try? RequestHeader(&reader) else { return }
        let request: Asked
        switch header.kind {
        case .fetch:
            guard let fetch = try? FetchRequest(&reader, header) else { return }
            let until = Date.now + Double(fetch.maxWait) / 1000
            request = .fetch(fetch, frame: frame, until: until)
        case .metadata, .findCoordinator: request = .addresses
        case .apiVersions, .saslHandshake, .saslAuthenticate, .other: return
        }
        asked.withLock { $0[header.correlation] = request }
    }

    private func passAnswers() {
        while var frame = server.readFrame() {
            guard let correlation = try? FrameReader(frame).correlation else { return }
            switch asked.withLock({ $0.removeValue(forKey: correlation) }) {
            case .fetch(let request, let question, let until):
                guard let answer = try? FetchAnswer(frame, to: request) else { break }
                if answer.isEmpty, Date.now < until {
                    asked.withLock {
                        $0[correlation] = .fetch(request, frame: question, until: until)
                    }
                    askAgain(question)
                    continue
                }
                frame = answer.corrected(by: markers)
            case .addresses: replacePort(in: &frame)
            case nil: break
            }
            guard client.write(frame) else { return }
        }
    }

    /// Asks the broker again in a moment, meanwhile other answers pass.
    private func askAgain(_ question: [UInt8]) {
        DispatchQueue.global(qos: .userInteractive).asyncAfter(
            deadline: .now() + BrokerProxy.step
        ) { [self] in
            _ = send(question)
        }
    }

    private func replacePort(in frame: inout [UInt8]) {
        let host = Array("127.0.0.1".utf8)
        let old = host + [0, 0, UInt8(ports.broker >> 8), UInt8(ports.broker & 0xff)]
        let new = host + [0, 0, UInt8(ports.proxy >> 8), UInt8(ports.proxy & 0xff)]
        frame.replace(old, with: new)
    }
}
