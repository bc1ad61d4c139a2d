import DeterministicExecutor
import InMemoryAdapter
import LogModel

// What happens to files, and what is known of it, in one step each: nothing can come between the two.
extension World {
    /// How long a file store that syncs late keeps bytes in memory that it has acknowledged.
    private static let syncDelay: Duration = .seconds(3)

    /// Appends to a file.
    func append(_ bytes: [UInt8], to place: FilePlace) async {
        let before = await state(of: place)
        await files.atomically { files in
            if syncsLate {
                let size = files.bytes(of: place.name, in: place.app.text)?.count ?? 0
                unsynced[place, default: []].append((scheduler.now, size))
            }
            if let before, files.bytes(of: place.name, in: place.app.text) == before.bytes {
                remember(before, of: place)
            }
            files.append(bytes, to: place.name, in: place.app.text)
            ledgers[place]?.content += bytes
        }
    }

    /// Does what appending writers do not: puts another file in the place of one, changes it or cuts it.
    func injure(_ place: FilePlace, _ injury: Injury) async {
        await files.atomically { files in
            guard let content = ledgers[place]?.content else { return }
            let (name, folder) = (place.name, place.app.text)
            ledgers[place]?.injuries += 1
            switch injury {
            case .replaced(let bytes):
                ledgers[place]?.content = bytes
                files.replace(name, in: folder, with: bytes)
            case .rewritten(let bytes):
                ledgers[place]?.content = bytes
                files.rewrite(name, in: folder, with: bytes)
            case .cut(let share):
                let size = content.count * share / 1000
                ledgers[place]?.content = Array(content.prefix(size))
                files.truncate(name, in: folder, to: size)
            }
            unsynced[place] = nil
            forgetEarlier(place)
            cutAt[place] = scheduler.now
            note(place.name, "FAULT is \(injury)")
        }
    }

    /// The machine of the file store loses power: of what was not synced each file keeps the bytes before some point.
    func crashFileStore() async {
        note("store", "FAULT the file store loses what it had not synced")
        await files.atomically { files in
            storeCrashes += 1
            for place in unsynced.keys.sorted() {
                let synced = scheduler.now - World.syncDelay
                guard let first = unsynced[place]?.first(where: { $0.at > synced })?.size else { continue }
                let bytes = files.bytes(of: place.name, in: place.app.text) ?? []
                let size = first + below(bytes.count - first + 1)
                guard size < bytes.count else { continue }
                note("store", "FAULT \(place.name) loses \(bytes.count - size) bytes behind \(size)")
                files.truncate(place.name, in: place.app.text, to: size)
                forgetEarlier(place)
                cutAt[place] = scheduler.now
                if ledgers[place] == nil {
                    forget(bytes, behind: size, of: place)
                } else {
                    ledgers[place]?.content = Array(bytes[..<size])
                    ledgers[place]?.injuries += 1
                }
            }
            unsynced = [:]
        }
    }

    /// Notes that nobody can promise the lines of the batches any more that end behind a place of an SDK's file.
    private func forget(_ bytes: [UInt8], behind size: Int, of place: FilePlace) {
        let control = Array(#"{"$logferry""#.utf8)
        let start = bytes[..<size].indices.last { bytes[$0...].starts(with: control) } ?? 0
        sdk[place.app]?.excused.formUnion(SdkLedger.marks(in: bytes[start...]))
        sdk[place.app]?.brokenFiles.insert(place.name)
        sdk[place.app]?.cutFiles.insert(place.name)
    }

    /// Whether a file ends within a line.
    func endsWithinLine(_ place: FilePlace) async -> Bool {
        await files.bytes(of: place.name, in: place.app.text)?.last.map { $0 != 0x0A } ?? false
    }

    /// What is done to a file.
    enum Injury: CustomStringConvertible {
        /// Another file has its name.
        case replaced([UInt8])
        /// It has other bytes.
        case rewritten([UInt8])
        /// So many thousandths of its bytes are left.
        case cut(Int)

        var description: String {
            switch self {
            case .replaced(let bytes): "replaced by \(bytes.count) bytes"
            case .rewritten(let bytes): "rewritten with \(bytes.count) bytes"
            case .cut(let share): "cut to \(share) thousandths"
            }
        }
    }
}

extension InMemoryFileStore {
    /// Does several things to files in one step.
    func atomically(_ body: @Sendable (isolated InMemoryFileStore) -> Void) { body(self) }
}
