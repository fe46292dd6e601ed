import MusterKafka
import MusterMessages
import Testing

@testable import MusterWorker

@Suite("A worker's connection", .serialized)
struct ConnectionTests {
    @Test("An assignment ends the pauses of all that it does not pause itself")
    func pauses() throws {
        let bus = try Bus()
        try bus.report("d", "[")
        let properties = ["bootstrap.servers": bus.broker.bootstrapServers]
        let connection = try KafkaConnection(
            bus.settings,
            admin: Admin(properties, log: { _ in }),
            logger: Bus.logger
        )
        defer { connection.leave(within: .seconds(5)) }
        let round = Round(bus.settings.limits)
        let positions = Dictionary(
            uniqueKeysWithValues: (0..<Int32(2)).map { (Lane(.availability, $0), Int64(0)) }
        )
        func reads(within polls: Int) throws -> Bool {
            for _ in 0..<polls {
                if try connection.poll(for: .milliseconds(50), into: round) == .record {
                    return true
                }
            }
            return false
        }
        try connection.assign(positions, paused: [])
        #expect(try reads(within: 200))
        try connection.pause(Set(positions.keys))
        try connection.assign(positions, paused: Set(positions.keys))
        #expect(try !reads(within: 20))
        try connection.assign(positions, paused: [])
        #expect(try reads(within: 200))
    }
}
