import Foundation
import Logging
import MusterKafka
import MusterModel
import Synchronization
import Testing

@testable import MusterWorker

@Suite("Lines of the log")
struct LineLogTests {
    /// Collects lines.
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        var all: [String] { lines.withLock { $0 } }

        func logger(
            _ style: LineLogHandler.Style,
            hiding properties: [String: String] = [:]
        ) -> Logger {
            Logger(label: "muster") { label in
                LineLogHandler(
                    label: label,
                    style: style,
                    redaction: Redaction(ClientProperties(properties)),
                    now: { Instant(milliseconds: 1_764_000_000_000) },
                    write: { line in self.lines.withLock { $0.append(line) } }
                )
            }
        }
    }

    private let lines = Lines()

    private func object(_ line: String) throws -> [String: String] {
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
        return try #require(object as? [String: String])
    }

    @Test("A line of JSON has time, level, logger and message, and the metadata beside them")
    func json() throws {
        var logger = lines.logger(.json)
        logger[metadataKey: "worker"] = "w-1"
        logger.warning("late", metadata: ["part": "FAIL", "n": "\(3)", "at": ["x": ["y": "z"]]])
        #expect(
            lines.all == [
                #"{"ts":"2025-11-24T16:00:00.000Z","level":"warning","logger":"muster","#
                    + #""msg":"late","at.x.y":"z","n":"3","part":"FAIL","worker":"w-1"}"# + "\n"
            ]
        )
    }

    @Test("A line of text has the same, quoted where it would be unclear")
    func text() {
        lines.logger(.text).info("done", metadata: ["a": "b c", "n": "3", "e": "", "q": "x=\"y\""])
        #expect(
            lines.all == [
                #"2025-11-24T16:00:00.000Z info done a="b c" e="" n=3 q="x=\"y\"""# + "\n"
            ]
        )
    }

    @Test("Whatever is logged, it is one line and says the same when it is read back")
    func anything() throws {
        let logger = lines.logger(.json)
        let plain = lines.logger(.text)
        var seed: UInt64 = 7
        for _ in 0..<300 {
            var bytes: [UInt8] = []
            for _ in 0..<40 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let byte = UInt8(truncatingIfNeeded: seed >> 33)
                // Every other one from where the difficult ones are.
                bytes.append(seed >> 60 & 1 == 0 ? byte : byte & 0x3F)
            }
            let text = String(decoding: bytes, as: UTF8.self) + "\u{2028}\u{85}\u{7F}\r\n"
            logger.info("\(text)", metadata: ["key \(text)": "\(text)"])
            plain.info("\(text)", metadata: [text: "\(text)"])
            let all = lines.all.suffix(2)
            for line in all {
                #expect(line.last == "\n")
                let breaks = line.unicodeScalars.dropLast().contains {
                    $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) || $0.value == 0x2028
                }
                #expect(!breaks)
            }
            let object = try object(try #require(all.first))
            #expect(object["msg"]?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
            #expect(
                object["key \(text)"]?.unicodeScalars.elementsEqual(text.unicodeScalars) == true
            )
        }
    }

    @Test("Metadata cannot take the place of what every line has")
    func clashes() throws {
        lines.logger(.json).info("real", metadata: ["msg": "false", "ts": "never", "level": "x"])
        let object = try object(lines.all[0])
        #expect(object["msg"] == "real")
        #expect(object["msg_"] == "false")
        #expect(object["level"] == "info")
        #expect(lines.all[0].components(separatedBy: "\"ts\"").count == 2)
    }

    @Test("A long value is cut at a whole character")
    func long() throws {
        let limit = LineLogHandler.longestValue
        let text = "a" + String(repeating: "é", count: limit)
        lines.logger(.json).info("\(text)", metadata: ["k": "\(text)"])
        let object = try object(lines.all[0])
        #expect(object["msg"] == "a" + String(repeating: "é", count: (limit - 1) / 2) + "…")
        #expect(lines.all[0].utf8.count < 3 * limit)
    }

    @Test("Secrets are taken out of messages, metadata and their parts, before anything is cut")
    func secrets() throws {
        let properties = [
            "sasl.password": "hush\"quoted", "sasl.username": "me",
            "sasl.oauthbearer.config": "principal=admin secretPart=zebra", "ssl.key.password": "ab",
        ]
        let pad = String(repeating: "x", count: LineLogHandler.longestValue - 3)
        for style in [LineLogHandler.Style.json, .text] {
            let logger = lines.logger(style, hiding: properties)
            logger.info("wrong hush\"quoted", metadata: ["k hush\"quoted": "me hush\"quoted"])
            logger.info("unrecognized: secretPart=zebra", metadata: ["l": ["d": ["zebra"]]])
            logger.info("\(pad)hush\"quoted")
        }
        let text = lines.all.joined()
        #expect(!text.contains("hush") && !text.contains("zebra") && !text.contains("hus…"))
        #expect(text.contains("me …"))
    }

    @Test("librdkafka's own lines go the same way, without the password it was given")
    func librdkafka() async throws {
        let password = "correct-horse-battery"
        let properties = [
            "bootstrap.servers": "127.0.0.1:1", "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanisms": "SCRAM-SHA-256", "sasl.username": "me", "sasl.password": password,
            "debug": "all",
        ]
        var logger = lines.logger(.json, hiding: properties)
        logger.logLevel = .trace
        do {
            let producer = try Producer(properties, log: logger.sink)
            _ = try? producer.prepare(topics: ["t"], within: .milliseconds(500))
        }
        let all = lines.all
        #expect(all.count > 10)
        #expect(all.contains { $0.contains("sasl.password") })
        #expect(!all.joined().contains(password))
        for line in all { #expect(try object(line)["level"] != nil) }
    }

    @Test("A Kafka client that cannot be made says why, but not with which secret")
    func errors() async throws {
        let secret = "correct-horse-battery"
        for properties in [
            ["security.protocol": "ssl", "ssl.key.pem": secret],
            [
                "security.protocol": "ssl", "ssl.keystore.location": "/none",
                "ssl.keystore.password": secret,
            ],
            [
                "security.protocol": "sasl_plaintext", "sasl.mechanisms": "PLAIN",
                "sasl.password": secret,
            ],
        ] {
            var settings = Settings()
            settings.kafka.bootstrapServers = "127.0.0.1:1"
            settings.kafka.properties = ClientProperties(properties)
            let worker = Worker(settings: settings, logger: lines.logger(.json))
            let error = await #expect(throws: WorkerError.self) { try await worker.run() }
            let text = error.map { "\($0)" } ?? ""
            #expect(error?.isConfiguration == true && text.contains("cannot be made"))
            #expect(!text.contains(secret) && !lines.all.joined().contains(secret))
        }
    }
}
