import SystemAdapter

/// What a process is started as.
public enum ProcessMode: String, Sendable, CaseIterable {
    /// Everything in one process.
    case dev
    /// The API.
    case serve
    /// The worker.
    case work
    /// The embedded file store by itself.
    case files

    /// What holds in place of a setting's own default when nobody gives it, by the setting's name.
    public var defaults: [String: String] {
        switch self {
        // Who tries something out looks for it at once.
        case .dev: ["consume.interval": "1s"]
        // Beside serve and work on one machine, whose metrics are on the usual port.
        case .files: ["ops.port": "8084"]
        case .serve, .work: [:]
        }
    }
}

extension Settings {
    /// A listener with the name that its settings begin with.
    struct NamedListener: Sendable {
        let name: String
        let listener: Listener

        var port: String { name + ".port" }
        var flag: String { SettingsCatalog.key(named: port)?.flag ?? port }
        var address: String {
            listener.host.contains(":") ? "[\(listener.host)]:\(listener.port)" : "\(listener.host):\(listener.port)"
        }
    }

    /// Where processes of a mode listen.
    func listeners(of mode: ProcessMode) -> [NamedListener] {
        let api = NamedListener(name: "http", listener: http)
        let metrics = NamedListener(name: "ops", listener: ops)
        let store = NamedListener(name: "local_fimidara", listener: localFimidara)
        return switch mode {
        case .dev: [api, metrics, store]
        case .serve: [api, metrics]
        case .work: [metrics]
        case .files: [store, metrics]
        }
    }

    /// What keeps a process of a mode from starting by these settings alone, without a look at anything outside.
    ///
    /// - Parameters:
    ///   - mode: what would be started.
    ///   - faulty: settings whose values stand in for others, and were complained of already.
    /// - Returns: what is in the way, one by one.
    func complaints(about mode: ProcessMode, except faulty: Set<String> = []) -> [String] {
        var complaints: [String] = []
        switch mode {
        case .serve:
            let missing = [("admin.key", adminKey == nil), ("internal.key", internalKey == nil)].filter(\.1).map(\.0)
                .filter { !faulty.contains($0) }
            if !missing.isEmpty {
                let names = missing.compactMap { SettingsCatalog.key(named: $0)?.environmentName }
                complaints.append(
                    "serve needs \(missing.joined(separator: " and ")): set \(names.joined(separator: " and ")), or …_FILE"
                )
            }
        case .dev where fimidaraURL != nil:
            complaints.append("dev brings its own file store; with fimidara.server_url use serve and work")
        case .dev, .work, .files: break
        }
        return complaints + clashes(of: listeners(of: mode))
    }

    /// Listeners that cannot be open at the same time.
    func clashes(of listeners: [NamedListener]) -> [String] {
        var complaints: [String] = []
        for (index, one) in listeners.enumerated() {
            for other in listeners[..<index] where one.listener.clashes(with: other.listener) {
                complaints.append(
                    "\(other.port) and \(one.port) are both \(one.listener.port): give each a port of its own")
            }
        }
        return complaints
    }

    /// What keeps the listeners of a mode from opening.
    ///
    /// It blocks for as long as the name service takes.
    func portComplaints(of mode: ProcessMode, except faulty: Set<String> = []) -> [String] {
        listeners(of: mode).compactMap { place in
            guard !faulty.contains(place.port), !faulty.contains(place.name + ".host") else { return nil }
            return switch PortProbe.trouble(host: place.listener.host, port: place.listener.port) {
            case nil: nil
            case .inUse?:
                "cannot listen on \(place.address) (\(place.port)): the port is in use; stop the program that has it, or "
                    + "choose another port with \(place.flag)"
            case .unknownHost(let words)?:
                "cannot listen on \(place.address): \(place.name).host has no address (\(words)); name one of this machine"
            case .refused(let words)?:
                "cannot listen on \(place.address) (\(place.port)): \(words); name an address of this machine in "
                    + "\(place.name).host, and a port that this user may take"
            }
        }
    }

    /// Makes sure that a process of a mode can start: called before anything is opened, made or said.
    /// - Throws: ``SettingsError`` with everything that is in the way.
    public func demandStart(as mode: ProcessMode) throws {
        let complaints = complaints(about: mode) + portComplaints(of: mode)
        if !complaints.isEmpty { throw SettingsError(complaints) }
    }

    /// What an error of a listener that could not open is to those who started the process.
    public func listeningError(_ error: any Error, as mode: ProcessMode) -> any Error {
        // Who knows better what could not be opened has said so.
        guard !(error is SettingsError) else { return error }
        let words = String(describing: error)
        guard words.contains("bind(") else { return error }
        let complaints = portComplaints(of: mode)
        return SettingsError(complaints.isEmpty ? ["cannot listen: \(words)"] : complaints)
    }
}

extension Settings.Listener {
    /// Whether two listeners cannot both be open.
    func clashes(with other: Settings.Listener) -> Bool {
        let isEverywhere = { (host: String) in ["0.0.0.0", "::", "[::]", ""].contains(host) }
        return port != 0 && port == other.port
            && (host == other.host || isEverywhere(host) || isEverywhere(other.host))
    }
}
