import Composition
import FimidaraAdapter
import HTTPTransport
import LogIngestion
import LogModel
import SdkProvisioning
import TestSupport
import Testing

@Suite("Documents on limits of the file store")
struct FileStoreLimitTests {
    @Test("T94: Docs/Operations.md lists the limits of the file store that there are, with their values and settings")
    func limits() throws {
        let settings = try FimidaraSettings(
            serverURL: "http://127.0.0.1", authToken: Secret("t"), workspaceRootname: "acme")
        let provisioning = ProvisioningSettings(logsFolder: StoragePath("acme/logs"))
        let limits: [(String, Duration?, String?)] = [
            ("connect", settings.callTimeouts.connect, nil),
            ("call", settings.callTimeouts.idle, "fimidara.call_timeout"),
            ("callTotal", settings.callTimeouts.total, nil),
            ("read", settings.readTimeouts.idle, "fimidara.read_timeout"),
            ("readTotal", settings.readTimeouts.total, nil),
            ("init", provisioning.patience, "sdk.init_timeout"), ("revocation", Revoker.patience, nil),
            ("sweep", RevocationSweep.patience, nil), ("turn", IngestionSettings().turnTime, nil),
        ]
        let rows = try Document("Operations.md").table(under: "Limits of the file store")
        let listed = Dictionary(rows.map { ($0[0], $0[2]) }, uniquingKeysWith: { first, _ in first })
        let known = Dictionary(
            uniqueKeysWithValues: limits.map { ($0.0, "\(($0.1 ?? .zero).components.seconds) s") })
        #expect(listed == known)
        for (name, value, setting) in limits {
            guard let setting else { continue }
            let fallback = SettingsCatalog.key(named: setting)?.fallback
            #expect(fallback == "\((value ?? .zero).components.seconds)s", "\(name) is \(setting)")
        }
    }
}
