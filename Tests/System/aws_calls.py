# SPDX-License-Identifier: Apache-2.0

"""Finds the AWS operations that each part of the Swift code calls, by reading its text.

The clients in `Sources/AWS/Services`, and DynamoDB's also in `Sources/AWSManagement`, name the operation where they send
it. Calls that `Sources/ImportPipeline` makes are counted for the parts that use it. A call is `name.function` where the
same file declares `name` with a client's type. A call that this cannot resolve is reported as an error by
`unresolved_calls`, so nothing is missed. A call through a protocol is counted where the type that conforms to it calls a
client."""

import re
from dataclasses import dataclass, field
from pathlib import Path

LIBRARIES = ("AWS/Services", "AWSManagement/DynamoDBClient", "ImportPipeline")
# The modules that belong to one part: its process, and the library that does its work.
MODULES = {
    "TriggerImport": ("TriggerImport", "ImportIntake"),
    "StartImportJob": ("StartImportJob", "StartQueue"),
    "CheckStatus": ("CheckStatus",),
    "StoreSCP": ("StoreSCP", "StorageSCP", "Commitment"),
}
# Paths below Sources, and the text of each file.
Sources = dict[str, str]


def read_sources(folder: Path) -> Sources:
    """All Swift code, without its comments."""
    files = sorted(folder.rglob("*.swift"))
    return {str(path.relative_to(folder)): without_comments(path.read_text()) for path in files}


def without_comments(text: str) -> str:
    strings_and_comments = re.compile(r'"""(?s:.*?)"""|"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*(?s:.*?)\*/')
    return strings_and_comments.sub(lambda match: match[0] if match[0].startswith('"') else "", text)


@dataclass
class Function:
    """A function of a client, or of a type that holds one. Overloads are counted as one function."""

    operations: set[str] = field(default_factory=set)
    calls: set[tuple[str, str]] = field(default_factory=set)
    """Pairs of a type and a function."""


class SwiftCode:
    def __init__(self, sources: Sources):
        self.sources = sources
        self.clients = self._client_types()
        # Types that are used through a protocol. Code that creates one counts as calling all of its functions.
        library = "\n".join(self.files("ImportPipeline"))
        self.behind_protocols = {
            name for name, service in self.clients.items() if not service and re.search(rf"\bstruct {name}: (?!Sendable)", library)
        }
        self.functions: dict[tuple[str, str], Function] = {}
        for path, type_name, name, body in self._library_functions():
            function = self.functions.setdefault((type_name, name), Function())
            service = self.clients[type_name]
            sent = re.findall(r'(?:\bsend\w*\(\s*|\boperation: )"(\w+)"', body) if service else []
            function.operations |= {f"{service}:{operation}" for operation in sent}
            function.calls |= {(type_name, called) for called in re.findall(r"(?<![.\w])(\w+)\(", body)}
            function.calls |= self._calls(body, self.sources[path])

    def files(self, folder: str) -> list[str]:
        """The texts of the files below this folder of Sources."""
        return [text for path, text in self.sources.items() if path.startswith(f"{folder}/")]

    def part(self, name: str) -> list[str]:
        """The text of each file of the part's modules."""
        return [text for module in MODULES[name] for text in self.files(module)]

    def operations(self, part: str) -> set[str]:
        """The operations as `service:Operation`. The service has its signing name, with which IAM's actions begin
        too."""
        calls = set().union(*(self._calls(text, text) for text in self.part(part)))
        made = {it for it in self.behind_protocols if any(re.search(rf"(?<! = ){it}\(", text) for text in self.part(part))}
        calls |= {call for call in self.functions if call[0] in made}
        # If it is assigned to a name, it is called by that name, and through those of its protocols that the part knows.
        calls |= self._calls_through_protocols(part)
        # An optional's own functions.
        calls = {call for call in calls if call[1] not in ("map", "flatMap")}
        assert calls <= self.functions.keys(), f"{part} calls what is not there: {calls - self.functions.keys()}"
        found: set[str] = set()
        seen: set[tuple[str, str]] = set()
        while calls:
            call = calls.pop()
            if call in self.functions and call not in seen:
                seen.add(call)
                found |= self.functions[call].operations
                calls |= self.functions[call].calls
        return found

    def silent_functions(self) -> list[str]:
        """Asynchronous functions of the clients for which no operation was found."""
        return [
            f"{type_name}.{name}"
            for _, type_name, name, _ in self._library_functions(of_package=True)
            if self.clients[type_name] and not self._reaches_an_operation((type_name, name))
        ]

    def unresolved_calls(self, part: str) -> list[str]:
        """Expressions that look like a call to a client, but whose receiver was not declared as one or is not a
        name."""
        names = {
            name for _, it, name, _ in self._library_functions(of_package=True) if it not in self.behind_protocols
        }
        unresolved = []
        for text in self.part(part):
            known = self._receivers(text).keys() | self._conforming(text)
            calls = re.findall(r"([\w)\]?!]+)\.(\w+)\(", text)
            unresolved += [f"{receiver}.{name}" for receiver, name in calls if name in names and receiver not in known]
            unresolved += re.findall(r"\bAWSRequest\b|\bclient\.send\b", text)
        return unresolved

    def folders_with_clients(self) -> set[str]:
        """The folders of Sources with code that names a client."""
        client = re.compile(rf"\b(?:AWSClient|{'|'.join(self.clients)})\b")
        return {path.split("/")[0] for path, text in self.sources.items() if client.search(text)}

    # MARK: Reading the sources

    def _client_types(self) -> dict[str, str | None]:
        """The clients and their services. None stands for a type that holds a client and calls it."""
        declaration = r'static let (\w+) = AWSService\(\s*signingName: "([\w-]+)"'
        services = dict(re.findall(declaration, self.sources["AWS/AWSService.swift"]))
        types: dict[str, str | None] = {}
        for type_name in re.findall(r"\bstruct (\w+Client)\b", "\n".join(self.files("AWS/Services"))):
            [service] = {
                name
                for path, text in self.sources.items()
                if path.startswith(f"AWS/Services/{type_name}")
                for name in re.findall(r"[\s(]\.(\w+)\b", text)
                if name in services
            }
            types[type_name] = services[service]
        holders = re.compile(rf"\bstruct (\w+)\b[^{{]*{{(?:(?!\n}}).)*?\blet \w+: (?:{'|'.join(types)})\b", re.DOTALL)
        types |= dict.fromkeys(holders.findall("\n".join(self.files("ImportPipeline"))))
        return types

    def _library_functions(self, of_package: bool = False):
        """The path, type, name and body of each function of the clients and of the types that hold one."""
        for path, text in self.sources.items():
            if path.startswith(LIBRARIES):
                for type_name, body in bodies(rf"\b(?:struct|extension) ({'|'.join(self.clients)})\b", text):
                    qualifier = r"\bpackage func (\w+)\b(?=[^{]*\basync\b)" if of_package else r"\bfunc (\w+)\b"
                    for name, function in bodies(qualifier, body):
                        yield path, type_name, name, function

    def _receivers(self, text: str) -> dict[str, str]:
        """The names that are declared with a client's type or assigned a new client."""
        types = "|".join(self.clients)
        found = re.findall(rf"\b(\w+)\s*:\s*({types})\b(?!\.)|\b(\w+)\s*=\s*(?:try\??\s+)?({types})\(", text)
        return {declared or made: of_declared or of_made for declared, of_declared, made, of_made in found}

    def _conforming(self, text: str) -> set[str]:
        """The names that are declared with one of our protocols; the types that conform to it are read themselves."""
        declared = re.findall(r"\b(\w+)\s*:\s*any (\w+)\b", text)
        protocols = {name for text in self.sources.values() for name in re.findall(r"\bprotocol (\w+)", text)}
        return {name for name, protocol in declared if protocol in protocols}

    def _calls_through_protocols(self, part: str) -> set[tuple[str, str]]:
        text, everything = "\n".join(self.part(part)), "\n".join(self.sources.values())
        known = set(re.findall(r"\bany (\w+)", text))
        functions = {
            protocol: re.findall(r"\bfunc (\w+)", body) for protocol, body in bodies(r"\bprotocol (\w+)", everything)
        }
        return {
            (type_name, name)
            for type_name in self.behind_protocols
            if re.search(rf" = {type_name}\(", text)
            for conformed in re.findall(rf"\b(?:struct|extension) {type_name}: ([\w, ]+)", everything)
            for protocol in known.intersection(re.split(r",\s*", conformed.strip()))
            for name in functions[protocol]
        }

    def _calls(self, text: str, declarations: str) -> set[tuple[str, str]]:
        receivers = self._receivers(declarations)
        if not receivers:
            return set()
        members = re.findall(rf"\b({'|'.join(receivers)})\.(\w+)", text)
        return {(receivers[receiver], member) for receiver, member in members}

    def _reaches_an_operation(self, call: tuple[str, str]) -> bool:
        function = self.functions[call]
        others = (it for it in function.calls if it in self.functions and it != call)
        return bool(function.operations) or any(map(self._reaches_an_operation, others))


def bodies(head: str, text: str):
    """Yields the text of the pattern's group and the text between the braces that follow."""
    # Strings are blanked out, because braces in them must not be counted.
    plain = re.sub(r'"(?:\\.|[^"\\\n])*"', lambda match: " " * len(match[0]), text)
    for match in re.finditer(head, plain):
        start = plain.find("{", match.end())
        if start < 0:
            return
        depth = 0
        for index in range(start, len(plain)):
            depth += {"{": 1, "}": -1}.get(plain[index], 0)
            if depth == 0:
                yield match[1], text[start + 1 : index]
                break


class BucketLayout:
    """The folders of the bucket, by their names in `BucketLayout.swift`."""

    DATES = "????/??/??/"

    def __init__(self, sources: Sources):
        text = sources["ImportPipeline/BucketLayout.swift"]
        self._folders: dict[str, set[str]] = {
            name: {folder} for name, folder in re.findall(r'static let (\w+) = "(\w+/)\w*"', text)
        }
        # The only folders without a fixed word: those of a day.
        self._folders["prefix(of)"] = {self.DATES}
        heads = re.finditer(r"static func ((\w+)\(\s*(\w+))", text)
        for head in heads:
            [(_, body)] = bodies(re.escape(head[0]) + "()", text)
            mentioned = (self._folders.get(mention, set()) for mention in self._mentions(body))
            self._folders.setdefault(f"{head[2]}({head[3]})", set().union(*mentioned))

    def folders(self, text: str) -> set[str]:
        """The folders that this code names."""
        mentions = {mention.removeprefix("BucketLayout.") for mention in self._mentions(text, r"BucketLayout\.")}
        return set().union(*(self._folders[mention] for mention in mentions))

    @staticmethod
    def _mentions(text: str, before: str = r"(?<![.\w])") -> set[str]:
        """Names as they are written; functions with their first label."""
        found = set()
        for name, label in re.findall(rf"{before}(\w+)(\((?:\s*\w+:)?)?", text):
            found.add(f"{name}({label.strip('(:').strip() or '_'})" if label else name)
        return found
