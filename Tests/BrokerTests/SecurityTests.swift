// Properties for TLS and SASL reach the client as they are, what is wrong with them is said, and no
// secret is, whatever is logged.

import Foundation
import MusterBusKit
import Testing

@Suite(
    "A broker that asks for certificates and a password",
    .serialized,
    .enabled(if: BrokerProcess.isOwn, Comment(rawValue: BrokerProcess.ownAdvice)),
    .enabled(if: SecureListener.isPossible, "openssl and python3 are needed"),
    .timeLimit(.minutes(5))
)
struct SecurityTests {
    private static let keyPassword = "key-secret-4711"
    private static let password = "sasl-secret-0815"

    /// A broker with a way to it that is guarded.
    private final class Guarded: Sendable {
        let broker: BrokerProcess
        let certificates: Certificates
        let listener: SecureListener

        init() throws {
            broker = try BrokerProcess()
            certificates = try Certificates(keyPassword: keyPassword)
            listener = try SecureListener(
                to: broker,
                certificates,
                user: "muster",
                password: password
            )
        }

        func settings() -> WorkerSettings {
            var settings = WorkerSettings(
                bootstrapServers: listener.bootstrapServers,
                group: "secure",
                instance: "w-0",
                topics: BusTopics(prefix: "")
            )
            settings.more = [
                "topics.partitions": "2", "http.port": "0", "log.level": "debug",
                "kafka.connectTimeout": "8s",
            ]
            settings.properties = [
                "security.protocol": "sasl_ssl",
                "ssl.ca.location": certificates.authority.path,
                "ssl.certificate.location": certificates.client.path,
                "ssl.key.location": certificates.clientKey.path,
                "ssl.key.password": keyPassword,
                "sasl.mechanism": "PLAIN",
                "sasl.username": "muster",
                "sasl.password": password,
                // Everything that librdkafka has to say of it.
                "debug": "security,conf,broker",
            ]
            return settings
        }
    }

    private static func expectNoSecret(in text: String) {
        for secret in [keyPassword, password] where text.contains(secret) {
            let line = text.split(separator: "\n").first { $0.contains(secret) } ?? ""
            Issue.record("a secret is shown: \(line)")
        }
    }

    @Test("A worker with a certificate and the password works, and shows neither")
    func secured() async throws {
        try await blocking {
            let guarded = try Guarded()
            let worker = try WorkerProcess(guarded.settings())
            try worker.awaitLive(partitions: 2)
            let metrics = try worker.metrics()
            #expect(metrics.contains("muster_ready 1"))
            Self.expectNoSecret(in: metrics)
            #expect(worker.process.terminate() == .exited(0))
            Self.expectNoSecret(in: worker.log.text)
        }
    }

    @Test("What is wrong with properties is said: status 69 for brokers that refuse, 78 for files")
    func refused() async throws {
        try await blocking {
            let guarded = try Guarded()
            let others = try Certificates(keyPassword: Self.keyPassword)
            let cases: [(name: String, value: String, status: Int32, reason: String)] = [
                ("sasl.password", "wrong-secret-1234", 69, "authentication"),
                ("ssl.ca.location", others.authority.path, 69, "certificate verify failed"),
                ("ssl.certificate.location", "/nowhere/client.pem", 78, "ssl.certificate.location"),
                ("ssl.key.password", "wrong-secret-5678", 78, "ssl.key.location"),
                ("sasl.mechanism", "MAGIC", 78, "Unsupported SASL mechanism"),
                ("security.protocol", "open", 78, "security.protocol"),
            ]
            for (name, value, status, reason) in cases {
                var settings = guarded.settings()
                settings.properties[name] = value
                let worker = try WorkerProcess(settings)
                let ending = worker.process.waitForEnd(within: .seconds(60))
                let text = worker.log.text
                #expect(ending == .exited(status), "\(name): \(text.suffix(2000))")
                #expect(text.contains(reason), "\(name): \(text.suffix(2000))")
                Self.expectNoSecret(in: text)
                if value.contains("secret") { #expect(!text.contains(value), "\(name)") }
            }
        }
    }
}
