"""What a policy says, and what its fields mean, in Swedish: for the administrators who write it. Pure."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from assignments.rules import CancellationTable, Outcome, PolicyRules, WeightTable
from assignments.sentences import plain_number

MINUTES = 60
LABELS = {
    "municipality": "Kommun",
    "first_day": "Gäller från och med",
    "weight_steps": "Så mycket räknas ett tillfälle",
    "highest_weight": "Högst för ett tillfälle",
    "day_parted_at": "Dygnet delas klockan",
    "period": "Räknas över",
    "partial_period": "Början, slut och ändrad omfattning",
    "saving_cap": "Sparas högst",
    "saving_age": "Sparas i så många perioder",
    "ahead_cap": "Förskott högst",
    "on_exceeded": "När det inte räcker",
    "cancellations": "När ett tillfälle ställs in eller uteblir",
    "activity_kinds": "Aktiviteter som erbjuds",
    "receipt_days": "Utlägg skickas in inom så många dagar",
    "category_caps": "Högst per utlägg",
    "ask_first_above": "Fråga först över",
    "second_person_above": "Två samordnare över",
}
HELP = {
    "first_day": "En dag som inte har börjat. Fram till dess kan riktlinjen ändras, sedan bara följas av en ny.",
    "weight_steps": "Steg av [minuter, antal]. [[0, 1], [300, 2], [600, 3]] betyder: 1, från 5 timmar 2, från 10 "
    "timmar 3. Hela tal: gäller kontaktpersoner, familjer räknar dygn.",
    "highest_weight": "Så mycket kan kontaktpersonen som mest begära, med en anledning. Det som är mer än vad "
    "tabellen ger väntar på samordnaren. Tomt: inte mer än det högsta i tabellen.",
    "day_parted_at": "Kontaktfamiljer räknar dygn: varje påbörjat halvt dygn räknas, med gräns vid det här "
    "klockslaget. Fredag kväll till söndag kväll är 2,5. Tomt: varje påbörjat dygn räknas helt.",
    "period": "Perioden kan bli längre än beslutets, aldrig kortare. Med halvår kan sex månaders tillfällen "
    "läggas ut fritt över halvåret.",
    "partial_period": "Vad beslutet ger när det börjar, slutar eller får ändrad omfattning mitt i en period. "
    "4 i månaden från den 18 juni är 4, eller efter antalet dagar 4 × 13/30, avrundat till 2.",
    "saving_cap": "Så många oanvända följer med till nästa period. 0: inget sparas.",
    "saving_age": "Därefter förfaller det som sparats. Tomt: det förfaller inte.",
    "ahead_cap": "Så många kan användas i förväg och dras av i nästa period. 0: inget förskott.",
    "on_exceeded": "Stoppa: tillfället kan inte läggas in. Varna: det läggs in ändå. Fråga: det läggs in men "
    "räknas inte förrän samordnaren har sagt ja.",
    "cancellations": "En rad för varje fall: status (cancelled är inställt, no_show är uteblivet), by (vem: "
    "client, contact_person eller other) och notice_hours (från så många timmar i förväg). Följden är true eller "
    "false: units_used (räknas ändå), paid (ersätts) och costs_repaid (kostnader betalas). Exempel: med två rader "
    'för cancelled och client, från 0 timmar med "units_used": true och från 24 timmar med false, räknas det som '
    "klienten ställer in senare än ett dygn i förväg.",
    "activity_kinds": "Inget valt: alla som används.",
    "receipt_days": "Räknas från dagen på kvittot till dagen då utlägget skickas in första gången. Tomt: ett år.",
    "category_caps": 'Kategorins kod och kronor: {"meal": "150.00", "ticket": "99.50"}. Kontaktpersonen lägger in '
    "det som står på kvittot, men mer än så kan inte godkännas. En kategori som inte är med har inget tak.",
    "ask_first_above": "Kronor. Det som kostar mer ska godkännas innan det skickas in. Tomt: inget behöver det.",
    "second_person_above": "Kronor. Ett större belopp måste godkännas av två samordnare. Tomt: en räcker.",
}


def weights_in_words(table: WeightTable) -> str:
    """Write `1, från 5 h: 2, från 10 h 30 min: 3`."""
    (_, first), *more = table.steps
    return ", ".join([_number(first), *(f"från {_length(minutes)}: {_number(units)}" for minutes, units in more)])


def saving_in_words(rules: PolicyRules) -> str:
    """Write what happens to units that are left: `inget sparas`, or `högst 2 sparas i 3 perioder`."""
    if not rules.saving_cap:
        return "inget sparas"
    age = rules.saving_age
    how_long = "tills vidare" if age is None else f"i {age} perioder" if age > 1 else "i en period"
    return f"högst {_number(rules.saving_cap)} sparas {how_long}"


def ahead_in_words(rules: PolicyRules) -> str:
    """Write what may be used ahead: `inget i förskott`, or `högst 1 i förskott`."""
    return f"högst {_number(rules.ahead_cap)} i förskott" if rules.ahead_cap else "inget i förskott"


def caps_in_words(caps: Mapping[str, Decimal]) -> str:
    """Write what is approved at most: `meal: 150,00 kr, ticket: 300,00 kr`, or `inga tak`."""
    return ", ".join(f"{code}: {amount:.2f} kr".replace(".", ",") for code, amount in caps.items()) or "inga tak"


CAME = {"cancelled": "Inställt", "no_show": "Uteblivet"}
WHOSE = {"client": "klienten", "contact_person": "kontaktpersonen", "other": "någon annan"}


def cancellations_in_words(table: CancellationTable) -> Iterator[str]:
    """Yield a line for each case: `Inställt av klienten, från 24 h i förväg: räknas inte, ersätts inte, …`."""
    for (status, by), steps in table.steps.items():
        for notice, outcome in steps:
            when = f", från {_length(int(notice.total_seconds()) // 60)} i förväg" if notice else ""
            yield f"{CAME[status]} av {WHOSE[by]}{when}: {_what_follows(outcome)}"


def _what_follows(outcome: Outcome) -> str:
    said = {"räknas": outcome.units_used, "ersätts": outcome.paid, "kostnader betalas": outcome.costs_repaid}
    return ", ".join(words if true else f"{words} inte" for words, true in said.items())


def _number(units: Decimal) -> str:
    return plain_number(units).sv


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, MINUTES)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest))
