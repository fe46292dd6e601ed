// Files that a user names: read whole, pipes too, and with the reason where that cannot be done.

import Foundation

/// Why a file cannot be read, or written.
struct FileFailure: Error, CustomStringConvertible {
    /// In the system's words, to stand behind a colon.
    let reason: String

    var description: String { reason }

    init(_ reason: String) { self.reason = reason }

    /// In the words of the system's error that lies beneath another one, or is meant by it.
    init(_ error: any Error) {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        let cause = underlying ?? error as NSError
        if cause.domain == NSPOSIXErrorDomain {
            self = FileFailure(status: Int32(cause.code))
            return
        }
        switch (error as? CocoaError)?.code {
        case .fileNoSuchFile, .fileReadNoSuchFile: self = FileFailure(status: ENOENT)
        case .fileReadNoPermission, .fileWriteNoPermission: self = FileFailure(status: EACCES)
        default: self = FileFailure(error.localizedDescription)
        }
    }

    private init(status: Int32) {
        let words = unsafe String(cString: strerror(status))
        reason = words.prefix(1).lowercased() + words.dropFirst()
    }
}

/// Reads files.
enum InputFile {
    /// Everything that a file holds, or a pipe until it ends.
    static func bytes(at path: String) throws(FileFailure) -> [UInt8] {
        let url = URL(fileURLWithPath: path)
        if (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true {
            throw FileFailure("it is a folder")
        }
        do {
            let handle = try FileHandle(forReadingFrom: url)
            return Array(try handle.readToEnd() ?? Data())
        } catch {
            throw FileFailure(error)
        }
    }
}
