// What a worker says of itself at its port.

internal import Foundation

extension WorkerProcess {
    /// The port that probes and scrapes are answered at; `nil` before it is.
    public var port: Int? {
        let line = log.text.split(separator: "\n").first { $0.contains("answering probes") }
        guard let line, let mark = line.firstRange(of: #""port":""#) else { return nil }
        return Int(line[mark.upperBound...].prefix { $0.isNumber })
    }

    /// All metrics, in Prometheus's text format.
    ///
    /// - Throws: ``Missed`` where the worker answers nobody.
    public func metrics() throws -> String {
        let port = try wait(for: "the port of metrics") { self.port }
        let socket = try Socket.connected(to: UInt16(port))
        defer { socket.close() }
        let request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        let text =
            socket.write(Array(request.utf8))
            ? String(decoding: socket.readToEnd(), as: UTF8.self) : ""
        guard text.hasPrefix("HTTP/1.1 200"), let head = text.firstRange(of: "\r\n\r\n") else {
            throw Missed(description: "the worker does not tell its metrics: \(text.prefix(200))")
        }
        return String(text[head.upperBound...])
    }

    /// One metric, named with its labels; 0 where it is not there.
    public func metric(_ name: String) throws -> Double {
        let line = try metrics().split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return line.flatMap { Double($0.dropFirst(name.count + 1)) } ?? 0
    }
}
