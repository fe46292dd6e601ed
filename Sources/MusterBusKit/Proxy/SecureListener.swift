// Another way to a broker process, for clients that have to prove who they are: TLS with
// certificates on both sides, ended by a process of its own, and behind it a proxy that lets nobody
// pass without the right password. The broker itself can do neither.

public import Foundation

/// Certificates for one run: an authority, a broker on the loopback interface, a client.
public struct Certificates: Sendable {
    private let folder: TemporaryFolder
    /// What the client's key is encrypted with.
    public let keyPassword: String

    /// The authority's certificate.
    public var authority: URL { folder.appending("ca.pem") }
    /// The client's certificate.
    public var client: URL { folder.appending("client.pem") }
    /// The client's key, encrypted.
    public var clientKey: URL { folder.appending("client.key") }
    fileprivate var broker: URL { folder.appending("broker.pem") }
    fileprivate var brokerKey: URL { folder.appending("broker.key") }

    /// Makes them, with the `openssl` of the system.
    ///
    /// - Throws: ``Missed`` with what that said.
    public init(keyPassword: String) throws {
        folder = try TemporaryFolder("certificates")
        self.keyPassword = keyPassword
        let script = """
            set -e
            cd '\(folder.url.path)'
            new() { openssl req -newkey rsa:2048 -sha256 -days 2 "$@"; }
            new -x509 -nodes -subj /CN=authority -keyout ca.key -out ca.pem
            sign() { openssl x509 -req -days 2 -CA ca.pem -CAkey ca.key -CAcreateserial "$@"; }
            new -nodes -subj /CN=broker -keyout broker.key -out broker.csr
            printf 'subjectAltName=IP:127.0.0.1\\n' >names
            sign -in broker.csr -out broker.pem -extfile names
            new -subj /CN=client -passout 'pass:\(keyPassword)' -keyout client.key -out client.csr
            sign -in client.csr -out client.pem
            """
        let log = folder.appending("log")
        let process = try ChildProcess("/bin/bash", ["-c", script], output: log)
        guard process.waitForEnd(within: .seconds(60)) == .exited(0) else {
            throw Missed(description: "openssl: \(ProcessLog(log).text)")
        }
    }
}

/// Listens for clients with certificates and a password.
public final class SecureListener: Sendable {
    /// The address for `bootstrap.servers`.
    public let bootstrapServers: String
    private let folder: TemporaryFolder
    private let proxy: BrokerProxy
    private let process: ChildProcess

    /// Whether what it needs besides a broker is installed.
    public static var isPossible: Bool {
        ["/usr/bin/openssl", "/usr/bin/python3"].allSatisfy {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    /// Ends TLS on one port and passes on to another.
    private static let program = """
        asyncio, ssl, sys = map(__import__, ("asyncio", "ssl", "sys"))

        port, target, certificate, key, authority = sys.argv[1:]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.load_verify_locations(authority)
        context.verify_mode = ssl.CERT_REQUIRED

        async def copy(reader, writer):
            try:
                while data := await reader.read(65536):
                    writer.write(data)
                    await writer.drain()
            except (OSError, ssl.SSLError):
                pass
            finally:
                writer.close()

        async def serve(reader, writer):
            other_reader, other_writer = await asyncio.open_connection("127.0.0.1", int(target))
            await asyncio.gather(copy(reader, other_writer), copy(other_reader, writer))

        async def main():
            server = await asyncio.start_server(serve, "127.0.0.1", int(port), ssl=context)
            print("listening", flush=True)
            await server.serve_forever()

        asyncio.run(main())
        """

    /// Begins to listen.
    ///
    /// - Throws: ``Missed`` where the broker is somebody else's, or TLS is not to be had.
    public init(
        to broker: BrokerProcess,
        _ certificates: Certificates,
        user: String,
        password: String
    ) throws {
        guard let port = broker.port else {
            throw Missed(description: "this broker is somebody else's")
        }
        let own = try BrokerProcess.freePort()
        proxy = try BrokerProxy(
            broker: port,
            advertised: own,
            credentials: .init(user: user, password: password)
        )
        bootstrapServers = "127.0.0.1:\(own)"
        folder = try TemporaryFolder("tls")
        let log = folder.appending("log")
        process = try ChildProcess(
            "/usr/bin/python3",
            [
                "-c", Self.program, "\(own)", "\(proxy.port)", certificates.broker.path,
                certificates.brokerKey.path, certificates.authority.path,
            ],
            output: log
        )
        let output = ProcessLog(log)
        try waitUntil("TLS: \(output.text)") { output.count(of: "listening") > 0 }
    }
}
