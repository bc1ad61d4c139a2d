public import AppRegistry
import LogModel
public import SdkProvisioning

// What apps, tokens and fields look like in answers of the API and in what commands write with `--json`: one shape each.
// Every member is always there; what is not known is null.

extension JSONText {
    /// Adds the members of an app.
    public mutating func addMembers(of app: RegisteredApp) {
        add("id", app.id.text)
        add("name", app.name.text)
        add("createdAt", app.createdAt)
    }

    /// Adds the members of a client token; its secret is none of them.
    public mutating func addMembers(of token: ClientToken) {
        add("id", token.id.text)
        add("app", token.app.text)
        add("name", token.name)
        add("scopes", token.scopes.words)
        add("createdAt", token.createdAt)
        add("expiresAt", token.expiresAt)
        add("revokedAt", token.revokedAt)
    }

    /// Adds the members of a client token that was issued just now, with its secret, which is seen this once.
    public mutating func addMembers(of issued: ClientTokens.Issued) {
        addMembers(of: issued.token)
        add("token", issued.secret.reveal { $0 })
    }

    /// Adds the members of what a repair of an app found and put back.
    public mutating func addMembers(of report: RepairReport) {
        add("provisioned", report.wasProvisioned)
        add("repaired", report.repaired.map(\.rawValue).sorted())
        add("members", Int64(report.members))
        add("restoredMembers", Int64(report.restoredMembers))
        add("withoutStorageToken", Int64(report.withoutStorageToken))
        add("nextCursor", report.next?.text)
    }
}
