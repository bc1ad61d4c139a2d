extension Deviation {
    /// All deviations of this store from the recorded server.
    static let known: [Deviation] = refusals + permissions + names + listings + locks + forms + reads + recorder

    private static let refusals = [
        Deviation(
            [
                "addFolder.again-exists", "addFolder.case-variant", "sdk.addFolder-exists",
                "s3backend.addFolder-again", "memprov.addFolder-again",
            ], ["answers 409 ResourceExistsError"], "a folder that exists is 409, which the queue turned into 500"),
        Deviation(
            ["addFolder.too-deep"], ["answers 400 InvalidRequestError"], "too many segments are the client's error"),
        Deviation(
            [
                "http.unknown-route", "http.get-on-post-route", "perm.delete-denied", "upload.leading-slash-path",
            ], ["brings 100 bytes"], "what is no route is an error in JSON; the server sent text"),
        Deviation(["http.bad-json"], ["answers 400 InvalidRequestError"], "broken JSON is the client's error"),
        Deviation(
            [
                "auth.no-token", "auth.wrong-scheme", "perm.addFolder-denied", "perm.upload-denied-new",
                "perm.upload-denied-newfolder", "perm.upload-after-deny", "permtarget.targetId.upload-out",
                "permtarget.targetId-list.upload-out", "permtarget.folderpath-and-targetId.upload-out",
                "upload.no-token",
            ], ["answers 403 PermissionDeniedError"], "what is denied is 403, which the queue turned into 500"),
        Deviation(
            [
                "append.missing-file-no-create", "delete.then-append-no-create", "sdk.append-missing",
                "memprov.append-missing",
            ], ["answers 404 NotFoundError"], "an append to a missing file is 404, which the queue turned into 500"),
        Deviation(
            ["bigerr.append-missing", "bigerr.bad-workspace"], ["answers 404 NotFoundError"],
            "the engine answers; whether the client reads it before it has sent its body is the listener's affair"),
        Deviation(
            [
                "cc1.second-append-during-first", "cc1.overwrite-during-append", "cc6.append-during-first-upload",
                "session.append-other-session-during",
            ], ["answers 409 FileNotWritableError"], "a file that is locked is 409, which the queue turned into 500"),
    ]

    private static let permissions = [
        Deviation(
            ["permissionItems.addItems.no-target", "permtarget.none.addItems"], ["answers 400 InvalidRequestError"],
            "an item without a target is refused; the server granted it on the whole workspace"),
        Deviation(
            [
                "permissionItems.addItems.missing-folder", "permtarget.folderpath-no-rootname.addItems",
                "permtarget.missing-folderpath.addItems", "permtarget.unknown-targetId.addItems",
                "permtarget.array-trick.addItems",
            ], ["answers 404 NotFoundError"],
            "an item whose target is not there is refused; the server granted it on the whole workspace"),
        Deviation(
            ["permissionItems.addItems.unknown-entity"], ["answers 404 NotFoundError"],
            "an item for nobody is refused; the server ignored it without a word"),
        Deviation(
            [
                "perm.upload-denied-sibling", "permtarget.folderpath-with-rootname.upload-out",
                "permtarget.folderpath-leading-slash.upload-out", "permtarget.folderpath-no-rootname.upload-in",
                "permtarget.folderpath-no-rootname.upload-out", "permtarget.missing-folderpath.upload-in",
                "permtarget.missing-folderpath.upload-out", "permtarget.unknown-targetId.upload-in",
                "permtarget.unknown-targetId.upload-out", "permtarget.none.upload-in", "permtarget.none.upload-out",
            ], ["answers 403 PermissionDeniedError"], "what the server let happen by a workspace-wide grant is denied"),
        Deviation(
            [
                "permtarget.folderpath-with-rootname.list-out", "permtarget.folderpath-leading-slash.list-out",
                "permtarget.folderpath-no-rootname.list-in", "permtarget.folderpath-no-rootname.list-out",
                "permtarget.missing-folderpath.list-in", "permtarget.missing-folderpath.list-out",
                "permtarget.unknown-targetId.list-in", "permtarget.unknown-targetId.list-out",
                "permtarget.none.list-in", "permtarget.none.list-out",
            ], ["$.files is empty"], "what the server showed by a workspace-wide grant is not shown"),
        Deviation(
            ["permissionItems.resolve.flat"], ["$.items is not empty"],
            "a folder path is resolved; the server resolved none and left the row out"),
    ]

    private static let names = [
        Deviation(
            ["read.encoded-path", "match.regex-plus.read", "match.regex-paren.read", "match.dollar.read"],
            ["answers 200"], "a name is no regular expression: what was uploaded can be read"),
        Deviation(
            ["match.regex-bracket.read"], ["brings other bytes"],
            "a name is no regular expression: two names, two files"),
        Deviation(
            ["match.folder-get-dot"], ["answers 404 NotFoundError"],
            "a name is no regular expression: no folder is called v.*"),
    ]

    private static let listings = [
        Deviation(
            ["list.missing", "list.bad-ws", "list.a-file", "list.after-deleteFolder*"], ["answers 404 NotFoundError"],
            "a folder that is not there is 404; the server listed the root"),
        Deviation(
            ["read.after-deleteFolder"], ["answers 404 NotFoundError"],
            "a folder is deleted with all that is in it before the answer; the server did it some time later"),
        Deviation(
            ["perm.list-*", "permtarget.*", "list.*", "count", "cc1.list-during", "sdk.list"], ["lacks $.notes"],
            "there are no mounts, so there is nothing to note about them"),
        Deviation(
            ["addFolder.flat-params"], ["adds $.folder.description"],
            "a new folder keeps its description, which the queue lost"),
        Deviation(
            ["perm.list-parent-denied"], ["$.folders[].description is string, not null"],
            "the folder that is listed first kept its description, which the queue lost"),
    ]

    private static let locks = [
        Deviation(
            ["cc1.read-whole-during"], ["brings 4 bytes"], "bytes of an append in progress are not shown"),
        Deviation(
            ["cc8.read-during-overwrite", "cc8.range-during-overwrite"], ["brings 15 bytes"],
            "a file that is being replaced is read as it was before"),
        Deviation(
            ["cc7.append-after-disconnect", "cc7b.append-after", "session.append-no-session-after-disconnect"],
            ["answers 200"], "a lost connection frees the lock"),
        Deviation(
            [
                "cc7.after-disconnect-0.3.details", "cc7.after-disconnect-1.details",
                "cc7.after-disconnect-3.details", "cc7.after-next.details", "lockpersist.details",
                "restart.lock-persists.details",
            ], ["lacks $.file.write.lockedBy", "lacks $.file.read.lockedBy"],
            "a lost connection frees the lock, so nobody has it"),
        Deviation(
            ["restart.append-to-locked"], ["answers 200"], "no lock outlives its request, let alone a restart"),
        Deviation(
            ["cc7b.after.details"], ["answers 404 NotFoundError"], "a first upload that fails leaves no file"),
        Deviation(
            [
                "cc7.read-after-disconnect", "cc7.range-after-disconnect", "cc7.read-final", "cc7.range-final",
                "cc7b.read", "session.read-after-resume", "session.range-after-resume", "restart.read",
                "restart.read-range",
            ],
            [
                "answers 206", "brings 1 bytes", "brings 3 bytes", "brings 8 bytes", "brings 13 bytes",
                "brings 16 bytes", "header content-range is bytes 0-12/13", "header content-range is bytes 0-15/16",
                "header content-range is bytes 0-2/3",
            ], "bytes of an append that never ended are not in the file; appends after it are, whole"),
        Deviation(
            ["session2.concurrent-same-session"], ["answers 409 FileNotWritableError"],
            "two requests at once with one session do not interleave: the second is refused"),
        Deviation(
            ["session2.read", "session2.range"], ["brings 20 bytes", "brings other bytes"],
            "so the file holds the first request's bytes and no others"),
    ]

    private static let forms = [
        Deviation(
            ["upload.raw-octet-body", "upload.json-body", "upload.no-content-type"],
            ["answers 400 InvalidRequestError"],
            "a body that is no form is the client's error"),
        Deviation(
            ["upload.no-path2"], ["answers 400 ValidationError"], "an upload to no path is the client's error"),
        Deviation(
            ["enc.wrong-field-name-no-filename"], ["answers 400 InvalidRequestError"],
            "a form without a file is refused at once; the server waited for 60 s"),
        Deviation(
            ["enc.two-file-parts"], ["answers 400 InvalidRequestError"],
            "a form with two files is refused; the server kept the first and acknowledged both"),
        Deviation(
            ["enc.two-file-parts.read"], ["answers 404 NotFoundError"], "so there is no file to read"),
        Deviation(
            ["enc.binary-as-field.read", "enc.textplain-no-filename.read"], ["brings 256 bytes"],
            "bytes in a text field are taken as they are; the server made text of them"),
    ]

    private static let reads = [
        Deviation(
            ["range.get.multi*", "range.post.two*", "sdk.read-ranges-2"],
            ["brings 281 bytes", "brings 284 bytes", "brings 286 bytes", "brings 299 bytes"],
            "several ranges come in a well-formed multipart body, with another boundary"),
        Deviation(
            ["range.get.float"], ["answers 416 RangeNotSatisfiableError"], "1.5 is no position of a byte"),
    ]

    /// The recorder sent several requests at once, or looked at the inside of another backend; this replay cannot.
    private static let recorder = [
        Deviation(
            ["cc2.concurrent-2", "cc2.concurrent-8", "cc3.concurrent-create", "sdk.concurrent-append"], ["answers 200"],
            "recorded while others had the lock by chance of time; replayed one after another all of them succeed"),
        Deviation(
            ["cc2.read-2", "cc2.read-8"], ["brings 8 bytes", "brings 32 bytes"],
            "so all of their bytes are in the file"),
        Deviation(
            ["s3backend.details", "s3backend.read", "s3backend.read2"], ["answers 404 NotFoundError"],
            "an append that the backend refuses leaves no empty file"),
        Deviation(
            ["s3backend.append-missing"], ["answers 400 UnsupportedOperationError"],
            "the fault that plays the other backend refuses before it looks for the file"),
    ]
}
