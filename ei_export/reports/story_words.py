"""The words of the stories: titles, labels, and every sentence by its key, in Dutch and English.

The part of a key before the dot is the step that programs know; ``said`` are parts of sentences, not steps.
"""

from collections.abc import Mapping
from typing import Final

from ..problems import Language

Words = Mapping[Language, str]

#: What a story can be about.
TITLES: Final[Mapping[str, Words]] = {
    "appointment": {"nl": "afspraak", "en": "appointment"},
    "trajectory": {"nl": "traject", "en": "trajectory"},
    "reference": {"nl": "kenmerk", "en": "reference"},
    "patient": {"nl": "patiënt", "en": "patient"},
}

#: What stands before a step, by the key of its sentence or else by its name. A step without goes on below another.
LABELS: Final[Mapping[str, Words]] = {
    "row": {"nl": "Rij", "en": "Row"},
    "code": {"nl": "Code", "en": "Code"},
    "insurer": {"nl": "Verzekeraar", "en": "Insurer"},
    "trajectory": {"nl": "Traject", "en": "Trajectory"},
    "rule": {"nl": "Product", "en": "Product"},
    "contract": {"nl": "Contract", "en": "Contract"},
    "list": {"nl": "Lijst", "en": "List"},
    "units": {"nl": "Eenheden", "en": "Units"},
    "tariff": {"nl": "Tarief", "en": "Tariff"},
    "amount": {"nl": "Bedrag", "en": "Amount"},
    "difference": {"nl": "Verschil", "en": "Difference"},
    "diagnosis": {"nl": "Diagnose", "en": "Diagnosis"},
    "deadline": {"nl": "Termijn", "en": "Deadline"},
    "due": {"nl": "Gaat mee", "en": "Goes out"},
    "sent": {"nl": "Verzonden", "en": "Sent"},
    "sent.credit": {"nl": "Credit", "en": "Credit"},
    "sent.withdrawn": {"nl": "Ingetrokken", "en": "Withdrawn"},
    "answer": {"nl": "Antwoord", "en": "Answer"},
    "correction": {"nl": "Correctie", "en": "Correction"},
    "problem.error": {"nl": "Probleem", "en": "Problem"},
    "problem.warning": {"nl": "Let op", "en": "Note"},
    "problem.info": {"nl": "Ter info", "en": "For info"},
    "remedy": {"nl": "Wat nu", "en": "What now"},
    "rest": {"nl": "Verder", "en": "Besides"},
}

MOMENTS: Final[Mapping[str, Words]] = {
    "start": {"nl": "start", "en": "start"},
    "contact": {"nl": "contact", "en": "contact"},
    "end": {"nl": "einde", "en": "end"},
    "relapse": {"nl": "recidive", "en": "relapse"},
    "baseline": {"nl": "nulmeting", "en": "baseline"},
    "profile": {"nl": "profiel", "en": "profile"},
    "other": {"nl": "contact", "en": "contact"},
    "": {"nl": "afspraak", "en": "appointment"},
}

SENTENCES: Final[Mapping[str, Words]] = {
    "kinds.several": {
        "nl": "Dit nummer is van meer dan één ding: {kinds}. Ze volgen na elkaar; met --kind kiest u er een.",
        "en": "This number is of more than one thing: {kinds}. They follow each other; --kind chooses one.",
    },
    "kinds.patients": {
        "nl": "Dit nummer komt bij {count} patiënten voor. Ze volgen na elkaar.",
        "en": "This number occurs with {count} patients. They follow each other.",
    },
    # What became of it; behind the title.
    "outcome.due": {
        "nl": "gaat mee in de volgende run, {cents}.",
        "en": "goes out in the next run, {cents}.",
    },
    "outcome.sent": {
        "nl": "gedeclareerd in run {run} van {day}, {cents}. Nog geen antwoord van {insurer}.",
        "en": "declared in run {run} of {day}, {cents}. No answer from {insurer} yet.",
    },
    "outcome.granted": {
        "nl": "gedeclareerd in run {run} van {day}, {cents}, en toegekend.",
        "en": "declared in run {run} of {day}, {cents}, and granted.",
    },
    "outcome.partly_granted": {
        "nl": "gedeclareerd in run {run} van {day}, {cents}, en deels toegekend: {granted_cents}.",
        "en": "declared in run {run} of {day}, {cents}, and granted in part: {granted_cents}.",
    },
    "outcome.refused": {
        "nl": "gedeclareerd in run {run} van {day}, {cents}, en afgewezen.",
        "en": "declared in run {run} of {day}, {cents}, and refused.",
    },
    "outcome.credited": {
        "nl": "gedeclareerd in run {run} van {day}, {cents}, en daarna gecrediteerd.",
        "en": "declared in run {run} of {day}, {cents}, and credited afterwards.",
    },
    "outcome.to_credit": {
        "nl": "gedeclareerd in run {run} van {day}, {cents}; wordt in de volgende run gecrediteerd.",
        "en": "declared in run {run} of {day}, {cents}; is credited in the next run.",
    },
    "outcome.counted": {
        "nl": "een contact. Het telt mee in het einde van het traject en gaat zelf niet naar de verzekeraar.",
        "en": "a contact. It counts in the end of the trajectory, and does not go to the insurer itself.",
    },
    "outcome.registered": {
        "nl": "een contact dat alleen geregistreerd wordt. Het gaat niet naar de verzekeraar.",
        "en": "a contact that is only registered. It does not go to the insurer.",
    },
    "outcome.aside": {
        "nl": "een contact dat in geen einde meetelt en zelf niet naar de verzekeraar gaat.",
        "en": "a contact that counts in no end and does not go to the insurer itself.",
    },
    "outcome.held": {
        "nl": "vastgehouden, gaat nu niet mee. Wat er mis is en wat u doet, staat onderaan.",
        "en": "held, does not go out now. What is wrong and what to do is at the end.",
    },
    "outcome.unreadable": {
        "nl": "niet te lezen, gaat nu niet mee. Wat er mis is en wat u doet, staat onderaan.",
        "en": "can't be read, does not go out now. What is wrong and what to do is at the end.",
    },
    "outcome.no_agreement": {
        "nl": "wordt niet gedeclareerd: op die dag heeft de praktijk geen contract met {insurer}.",
        "en": "is not declared: on that day the practice has no contract with {insurer}.",
    },
    "outcome.not_zorg1": {
        "nl": "overgeslagen, want het is geen Zorg1.",
        "en": "passed over, as it is no Zorg1.",
    },
    "outcome.not_completed": {
        "nl": "niet voltooid, telt niet mee en wordt niet gedeclareerd.",
        "en": "not completed, does not count and is not declared.",
    },
    "outcome.elsewhere": {
        "nl": "gedeclareerd door een ander systeem, zoals alles tot en met {until}. Telt mee, maar geeft geen regel.",
        "en": "declared by another system, as everything up to {until}. It counts, but gives no line.",
    },
    "outcome.line": {
        "nl": "een regel van afspraak {appointment}. {what}",
        "en": "a line of appointment {appointment}. {what}",
    },
    "outcome.trajectory": {"nl": "{counts}.", "en": "{counts}."},
    "outcome.patient": {
        "nl": "Zorg1-trajecten: {trajectories}, afspraken: {count}.",
        "en": "Zorg1 trajectories: {trajectories}, appointments: {count}.",
    },
    "said.line_debit": {
        "nl": "Gedeclareerd in run {run} van {day}, {cents}.",
        "en": "Declared in run {run} of {day}, {cents}.",
    },
    "said.line_credit": {
        "nl": "Een credit in run {run} van {day}, {cents}.",
        "en": "A credit in run {run} of {day}, {cents}.",
    },
    # The row.
    "row.feed": {"nl": "{cells}", "en": "{cells}"},
    "row.same": {
        "nl": "Nog een rij die hetzelfde zegt; ze telt niet.",
        "en": "One more row that says the same; it does not count.",
    },
    "row.other": {"nl": "Nog een rij met dit nummer: {cells}", "en": "One more row with this number: {cells}"},
    "row.remembered": {
        "nl": "Niet in deze invoer, wel onthouden van een eerdere: {cells}",
        "en": "Not in this feed, but remembered of an earlier one: {cells}",
    },
    "said.date": {"nl": "{value}", "en": "{value}"},
    "said.status": {"nl": "status {value}", "en": "status {value}"},
    "said.code": {"nl": "code {value}", "en": "code {value}"},
    "said.declare_under": {"nl": "declareren onder {value}", "en": "declare under {value}"},
    "said.trajectory_id": {"nl": "traject {value}", "en": "trajectory {value}"},
    "said.patient_id": {"nl": "patiënt {value}", "en": "patient {value}"},
    "said.uzovi": {"nl": "UZOVI {value}", "en": "UZOVI {value}"},
    "said.diagnosis_code": {"nl": "diagnose {value}", "en": "diagnosis {value}"},
    "said.nothing": {"nl": "niets leesbaars", "en": "nothing readable"},
    # The code and the insurer.
    "code.codes": {
        "nl": "{code} is gekoppeld aan Zorg1-code {linked}.",
        "en": "{code} is linked to Zorg1 code {linked}.",
    },
    "code.declare_under": {
        "nl": "De kolom declare_under zegt Zorg1-code {linked}. Die gaat boven {code}.",
        "en": "The column declare_under says Zorg1 code {linked}. That beats {code}.",
    },
    "code.itself": {"nl": "{linked} is zelf een Zorg1-code.", "en": "{linked} is a Zorg1 code itself."},
    "code.not_zorg1": {"nl": "{code} is met opzet geen Zorg1.", "en": "{code} is on purpose no Zorg1."},
    "code.other": {
        "nl": "{code} staat voor {linked}, en dat is geen Zorg1-code.",
        "en": "{code} stands for {linked}, which is no Zorg1 code.",
    },
    "code.unmapped": {
        "nl": "{code} is geen Zorg1-code en is aan geen gekoppeld.",
        "en": "{code} is no Zorg1 code and is linked to none.",
    },
    "code.unknown": {
        "nl": "{linked} lijkt een Zorg1-code, maar staat in geen enkele tabel.",
        "en": "{linked} looks like a Zorg1 code, but is in no table.",
    },
    "code.similar": {
        "nl": "{code} is aan geen Zorg1-code gekoppeld; een code die erop lijkt wel.",
        "en": "{code} is linked to no Zorg1 code; one that looks like it is.",
    },
    "code.missing": {"nl": "Er staat geen code.", "en": "There is no code."},
    "code.twin": {
        "nl": "{insurer} kent dit product als {resolved}; {linked} gaat daarom als {resolved}.",
        "en": "{insurer} knows this product as {resolved}; so {linked} goes as {resolved}.",
    },
    "code.then": {
        "nl": "Toen de afspraak werd vastgelegd was het {then}, en dat blijft zo.",
        "en": "When the appointment was recorded it was {then}, and so it stays.",
    },
    "insurer.known": {"nl": "UZOVI {uzovi} is {insurer}.", "en": "UZOVI {uzovi} is {insurer}."},
    "insurer.unknown": {
        "nl": "UZOVI {uzovi}: niet bekend welke verzekeraar dat is.",
        "en": "UZOVI {uzovi}: not known which insurer that is.",
    },
    # The trajectory and its appointments.
    "trajectory.numbered": {
        "nl": "{label}, volgens het trajectnummer: {program}{profile}, bij {insurer}; {course}.",
        "en": "{label}, by the trajectory number: {program}{profile}, with {insurer}; {course}.",
    },
    "trajectory.found": {
        "nl": "{label}{profile}, gevonden op patiënt, verzekeraar en programma; {course}.",
        "en": "{label}{profile}, found by patient, insurer and program; {course}.",
    },
    "trajectory.none": {"nl": "Hoort nu bij geen traject.", "en": "Belongs to no trajectory now."},
    "trajectory.number": {
        "nl": "Onder {number} is geen traject begonnen.",
        "en": "No trajectory has begun under {number}.",
    },
    "trajectory.renamed": {
        "nl": "Wat onder {number} is gedeclareerd, hoort nu bij {labels}.",
        "en": "What was declared under {number} belongs to {labels} now.",
    },
    "said.profile": {"nl": ", profiel {profile}", "en": ", profile {profile}"},
    "said.open": {"nl": "begonnen {start}, nog open", "en": "began {start}, still open"},
    "said.ended": {"nl": "begonnen {start}, geëindigd {end}", "en": "began {start}, ended {end}"},
    "said.relapsed": {
        "nl": "begonnen {start}, geëindigd {end}, recidive {relapse}",
        "en": "began {start}, ended {end}, relapse {relapse}",
    },
    "said.relapsed_open": {
        "nl": "begonnen {start}, recidive {relapse}, zonder einde",
        "en": "began {start}, relapse {relapse}, without an end",
    },
    "said.abandoned": {
        "nl": "begonnen {start}, zonder einde; er is daarna een nieuwe start gedeclareerd",
        "en": "began {start}, without an end; a new start was declared after it",
    },
    "said.relapse_only": {"nl": "recidive {relapse}, start niet bekend", "en": "relapse {relapse}, start not known"},
    "said.single": {"nl": "elke afspraak staat op zichzelf", "en": "every appointment stands on itself"},
    "visit.line": {"nl": "{day}  {id}  {what}", "en": "{day}  {id}  {what}"},
    "visit.this": {"nl": "{day}  {id}  {what}", "en": "{day}  {id}  {what}"},
    "said.visit_due": {
        "nl": "{moment}: gaat mee, {f_code} x{units}, {cents}",
        "en": "{moment}: goes out, {f_code} x{units}, {cents}",
    },
    "said.visit_sent": {
        "nl": "{moment}: gedeclareerd, {f_code} x{units}, {cents}",
        "en": "{moment}: declared, {f_code} x{units}, {cents}",
    },
    "said.visit_granted": {
        "nl": "{moment}: toegekend, {f_code} x{units}, {cents}",
        "en": "{moment}: granted, {f_code} x{units}, {cents}",
    },
    "said.visit_partly_granted": {
        "nl": "{moment}: deels toegekend, {f_code} x{units}, {cents}",
        "en": "{moment}: granted in part, {f_code} x{units}, {cents}",
    },
    "said.visit_refused": {
        "nl": "{moment}: afgewezen, {f_code} x{units}, {cents}",
        "en": "{moment}: refused, {f_code} x{units}, {cents}",
    },
    "said.visit_credited": {
        "nl": "{moment}: gecrediteerd, {f_code} x{units}, {cents}",
        "en": "{moment}: credited, {f_code} x{units}, {cents}",
    },
    "said.visit_elsewhere": {
        "nl": "{moment}: gedeclareerd door een ander systeem",
        "en": "{moment}: declared by another system",
    },
    "said.visit_held": {"nl": "{moment}: vastgehouden", "en": "{moment}: held"},
    "said.visit_no_agreement": {"nl": "{moment}: geen contract", "en": "{moment}: no contract"},
    "said.unreadable": {
        "nl": "telt pas mee als het probleem is opgelost",
        "en": "counts only once its problem is solved",
    },
    "said.not_completed": {
        "nl": "niet voltooid ({status}): telt niet",
        "en": "not completed ({status}): does not count",
    },
    "said.not_zorg1": {"nl": "{code}, geen Zorg1: telt niet", "en": "{code}, no Zorg1: does not count"},
    "said.unmapped": {
        "nl": "{code}, niet gekoppeld: telt misschien",
        "en": "{code}, not linked: perhaps it counts",
    },
    "said.counts": {"nl": "contact {number}: telt mee", "en": "contact {number}: counts"},
    "said.counts_elsewhere": {
        "nl": "contact {number}: telt mee, van vóór dit systeem",
        "en": "contact {number}: counts, of before this system",
    },
    "said.counts_late": {
        "nl": "contact {number}: te laat, het einde was al gedeclareerd",
        "en": "contact {number}: too late, the end was declared already",
    },
    "said.counts_held": {
        "nl": "contact {number}: vastgehouden",
        "en": "contact {number}: held",
    },
    "said.registered": {
        "nl": "contact: geregistreerd, aantal ligt vast",
        "en": "contact: registered, number is fixed",
    },
    "said.CONTACT_AFTER_END": {"nl": "contact na het einde: telt niet", "en": "contact after the end: does not count"},
    "said.AFTER_RELAPSE": {
        "nl": "contact na de recidive: telt niet",
        "en": "contact after the relapse: does not count",
    },
    "said.CONTACT_WITHOUT_TRAJECTORY": {
        "nl": "contact zonder open traject: telt niet",
        "en": "contact without an open trajectory: does not count",
    },
    "said.CONTACT_AMBIGUOUS": {
        "nl": "contact dat bij meer trajecten past: telt niet",
        "en": "contact that fits more trajectories: does not count",
    },
    "said.CONTACT_OTHER_PROFILE": {
        "nl": "contact van een ander profiel: telt niet",
        "en": "contact of another profile: does not count",
    },
    "said.INSURER_CHANGED": {
        "nl": "contact bij andere verzekeraar: telt niet",
        "en": "contact with another insurer: does not count",
    },
    "said.TRAJECTORY_TWO_PROGRAMS": {
        "nl": "contact, twee programma's onder dit nummer: telt niet",
        "en": "contact, two programs under this number: does not count",
    },
    "said.TRAJECTORY_TWO_INSURERS": {
        "nl": "contact, twee verzekeraars onder dit nummer: telt niet",
        "en": "contact, two insurers under this number: does not count",
    },
    "said.counts_not": {
        "nl": "contact: telt pas mee als het probleem is opgelost",
        "en": "contact: counts only once its problem is solved",
    },
    # The tables.
    "rule.product": {
        "nl": "{code} bij {insurer}: {program}{profile}, {moment}. Gaat als {f_code}. Geldig {first} t/m {last}.",
        "en": "{code} with {insurer}: {program}{profile}, {moment}. Goes as {f_code}. Valid {first} until {last}.",
    },
    "rule.contact": {
        "nl": "{code} bij {insurer}: contact, wordt geregistreerd en nooit verzonden. Geldig {first} t/m {last}.",
        "en": "{code} with {insurer}: contact, is registered and never sent. Valid {first} until {last}.",
    },
    "rule.none": {
        "nl": "Geen rij voor {code} bij {insurer} op {day}.",
        "en": "No row for {code} with {insurer} on {day}.",
    },
    "note.overlay": {
        "nl": "Deze eigen rij vervangt de ingebouwde: {f_code}, lijst {list}, eenheden {units}.",
        "en": "This row of your own replaces the built-in one: {f_code}, list {list}, units {units}.",
    },
    "contract.found": {
        "nl": 'Contract met {insurer}{period}, met de lijst "{list}".',
        "en": 'Contract with {insurer}{period}, with the list "{list}".',
    },
    "contract.contact": {"nl": "Contract met {insurer}{period}.", "en": "Contract with {insurer}{period}."},
    "contract.no_list": {
        "nl": 'Contract met {insurer}{period}, maar zonder de lijst "{list}".',
        "en": 'Contract with {insurer}{period}, but without the list "{list}".',
    },
    "contract.none": {"nl": "Geen contract met {insurer} op {day}.", "en": "No contract with {insurer} on {day}."},
    "note.contract": {"nl": "Er is er wel een{period}.", "en": "There is one{period}."},
    "said.period": {"nl": " van {first} t/m {last}", "en": " from {first} until {last}"},
    "said.from": {"nl": " vanaf {first}", "en": " from {first}"},
    "said.until": {"nl": " t/m {last}", "en": " until {last}"},
    "said.always": {"nl": "", "en": ""},
    # The line.
    "list.row": {
        "nl": "{list}, {meaning}: zo zegt de rij van {code}.",
        "en": "{list}, {meaning}: so says the row of {code}.",
    },
    "list.twin": {
        "nl": "{list}, {meaning}. Bij {insurer} geldt {code} op deze lijst; {twin}, op de andere, geldt er niet.",
        "en": "{list}, {meaning}. With {insurer} {code} on this list is valid; {twin}, on the other, is not.",
    },
    "units.count": {"nl": "{contacts} + 1 (dit einde) = {units}.", "en": "{contacts} + 1 (this end) = {units}."},
    "units.fixed": {"nl": "{units}, een vast aantal.", "en": "{units}, a fixed number."},
    "units.unknown": {"nl": "Niet bekend: de bron geeft geen aantal.", "en": "Not known: the source gives no number."},
    "units.uncertain": {
        "nl": "{contacts} + 1 (dit einde) = {units}, maar onzeker is of deze ook meetellen: {appointments}.",
        "en": "{contacts} + 1 (this end) = {units}, but it is not certain whether these count too: {appointments}.",
    },
    "units.not_counted": {
        "nl": "Niet te tellen: dit einde hoort bij geen open traject.",
        "en": "Can't be counted: this end belongs to no open trajectory.",
    },
    "units.in_end": {
        "nl": "In het einde, {end}: {contacts} + 1 = {units}.",
        "en": "In the end, {end}: {contacts} + 1 = {units}.",
    },
    "units.no_end": {"nl": "Nog geen einde; tot nu toe {contacts}.", "en": "No end yet; {contacts} so far."},
    "said.contact": {"nl": "{count} contact", "en": "{count} contact"},
    "said.contacts": {"nl": "{count} contacten", "en": "{count} contacts"},
    "tariff.found": {
        "nl": '{tariff_cents} voor {code} in de lijst "{list}"{period}.',
        "en": '{tariff_cents} for {code} in the list "{list}"{period}.',
    },
    "tariff.none": {
        "nl": 'Geen tarief voor {code} op {day} in de lijst "{list}".',
        "en": 'No tariff for {code} on {day} in the list "{list}".',
    },
    "note.tariff": {"nl": "Er is er wel een{period}: {cents}.", "en": "There is one{period}: {cents}."},
    "amount.product": {
        "nl": "{cents}: het tarief is de prijs van het hele product.",
        "en": "{cents}: the tariff is the price of the whole product.",
    },
    "amount.unit": {
        "nl": "{units} x {tariff_cents} = {cents}: het tarief is per eenheid.",
        "en": "{units} x {tariff_cents} = {cents}: the tariff is for each unit.",
    },
    "difference.line": {
        "nl": "Verzonden is {sent}. Nu zou het {now} zijn; vanzelf wordt er niets aangepast.",
        "en": "What was sent is {sent}. Now it would be {now}; nothing is adapted by itself.",
    },
    "said.line": {
        "nl": "{f_code}, lijst {list}, eenheden {units}, {cents}",
        "en": "{f_code}, list {list}, units {units}, {cents}",
    },
    "diagnosis.fits": {
        "nl": "{found} past: {program} vraagt {expected}.",
        "en": "{found} fits: {program} asks for {expected}.",
    },
    "diagnosis.wrong": {
        "nl": "{found} past niet: {program} vraagt {expected}.",
        "en": "{found} does not fit: {program} asks for {expected}.",
    },
    "diagnosis.missing": {
        "nl": "Ontbreekt: {program} vraagt {expected}.",
        "en": "Missing: {program} asks for {expected}.",
    },
    "diagnosis.any": {"nl": "{found}; elke bestaande code mag.", "en": "{found}; any existing code will do."},
    "deadline.day": {
        "nl": "{insurer} neemt aan tot {months} maanden na de behandeling: t/m {last}, nog {days} dagen.",
        "en": "{insurer} takes it until {months} months after the treatment: until {last}, {days} days left.",
    },
    "deadline.passed": {
        "nl": "{insurer} nam aan tot {months} maanden na de behandeling: t/m {last}. Dat is voorbij.",
        "en": "{insurer} took it until {months} months after the treatment: until {last}. That has passed.",
    },
    "deadline.unknown": {
        "nl": "Van {insurer} is geen uiterste dag bekend.",
        "en": "No last day of {insurer} is known.",
    },
    # Where it goes and went.
    "due.line": {
        "nl": "{standard} voor UZOVI {uzovi}: {f_code}, lijst {list}, {day}, eenheden {units}, {cents}.",
        "en": "{standard} for UZOVI {uzovi}: {f_code}, list {list}, {day}, units {units}, {cents}.",
    },
    "due.credit": {
        "nl": "Credit, neemt {previous} terug. {standard} voor UZOVI {uzovi}: {f_code}, lijst {list}, {day}, "
        "eenheden {units}, {cents}.",
        "en": "Credit, takes {previous} back. {standard} for UZOVI {uzovi}: {f_code}, list {list}, {day}, "
        "units {units}, {cents}.",
    },
    "sent.debit": {
        "nl": "kenmerk  {reference}{element}\n"
        "factuur  {invoice} van {day}, {standard}, UZOVI {uzovi}\n"
        "regel    {f_code}, lijst {list}, {care}, eenheden {units}, {cents}\n"
        "bestand  {file}{record}",
        "en": "reference  {reference}{element}\n"
        "invoice    {invoice} of {day}, {standard}, UZOVI {uzovi}\n"
        "line       {f_code}, list {list}, {care}, units {units}, {cents}\n"
        "file       {file}{record}",
    },
    "sent.credit": {
        "nl": "kenmerk  {reference}{element}, neemt {previous} terug\n"
        "factuur  {invoice} van {day}, {standard}, UZOVI {uzovi}\n"
        "regel    {f_code}, lijst {list}, {care}, eenheden {units}, {cents}\n"
        "bestand  {file}{record}",
        "en": "reference  {reference}{element}, takes {previous} back\n"
        "invoice    {invoice} of {day}, {standard}, UZOVI {uzovi}\n"
        "line       {f_code}, list {list}, {care}, units {units}, {cents}\n"
        "file       {file}{record}",
    },
    "sent.withdrawn": {
        "nl": "kenmerk {reference} van run {run} is nooit verzonden: die run is op {withdrawn} ingetrokken ({why}).",
        "en": "reference {reference} of run {run} was never sent: that run was withdrawn on {withdrawn} ({why}).",
    },
    "sent.short": {
        "nl": "{reference}: {what} {appointment}, {f_code}, {cents}, factuur {invoice}; {status}.",
        "en": "{reference}: {what} {appointment}, {f_code}, {cents}, invoice {invoice}; {status}.",
    },
    "said.element": {"nl": " (element 0434)", "en": " (element 0434)"},
    "said.record": {"nl": "\nrecord   {record}, in run {run}", "en": "\nrecord     {record}, in run {run}"},
    "said.file": {"nl": "{path}", "en": "{path}"},
    "said.file_gone": {"nl": "{path} (staat er niet meer)", "en": "{path} (no longer there)"},
    "said.debit": {"nl": "afspraak", "en": "appointment"},
    "said.credit": {"nl": "credit van", "en": "credit of"},
    "said.status_sent": {"nl": "nog geen antwoord", "en": "no answer yet"},
    "said.status_granted": {"nl": "toegekend", "en": "granted"},
    "said.status_partly_granted": {"nl": "deels toegekend", "en": "granted in part"},
    "said.status_refused": {"nl": "afgewezen", "en": "refused"},
    "said.status_credited": {"nl": "gecrediteerd", "en": "credited"},
    "said.status_withdrawn": {"nl": "ingetrokken", "en": "withdrawn"},
    "answer.sent": {"nl": "Nog geen antwoord van {insurer}.", "en": "No answer from {insurer} yet."},
    "answer.granted": {
        "nl": "{insurer} kende op {answered} {granted_cents} toe.",
        "en": "{insurer} granted {granted_cents} on {answered}.",
    },
    "answer.partly_granted": {
        "nl": "{insurer} kende op {answered} {granted_cents} toe van {cents}.",
        "en": "{insurer} granted {granted_cents} of {cents} on {answered}.",
    },
    "answer.refused": {
        "nl": "{insurer} wees dit op {answered} af.",
        "en": "{insurer} refused this on {answered}.",
    },
    "answer.credited": {
        "nl": "Teruggenomen door een credit.",
        "en": "Taken back by a credit.",
    },
    "answer.credited_after": {
        "nl": "{insurer} kende op {answered} {granted_cents} toe van {cents}. Daarna teruggenomen door een credit.",
        "en": "{insurer} granted {granted_cents} of {cents} on {answered}. Taken back by a credit afterwards.",
    },
    "note.return_code": {"nl": "{code}: {meaning}", "en": "{code}: {meaning}"},
    "correction.credit": {"nl": "Op {day} gevraagd te crediteren ({why}).", "en": "Asked to credit on {day} ({why})."},
    "correction.redeclare": {
        "nl": "Op {day} gevraagd opnieuw te declareren ({why}).",
        "en": "Asked to declare again on {day} ({why}).",
    },
    "correction.correct": {
        "nl": "Op {day} gevraagd te corrigeren ({why}).",
        "en": "Asked to correct on {day} ({why}).",
    },
    "correction.credit_waits": {
        "nl": "Wordt gecrediteerd zodra de gegevens van de praktijk zijn verbeterd.",
        "en": "Is credited once the details of the practice are corrected.",
    },
    "correction.waits_line": {
        "nl": "Gaat vanzelf opnieuw mee zodra de regel een andere is, of na: ei-export redeclare {reference}",
        "en": "Goes out again by itself once the line is another, or after: ei-export redeclare {reference}",
    },
    "correction.waits_header": {
        "nl": "Gaat vanzelf opnieuw mee zodra de gegevens van de praktijk zijn verbeterd.",
        "en": "Goes out again by itself once the details of the practice are corrected.",
    },
    "correction.waits_feed": {
        "nl": "Gaat opnieuw mee zodra de afspraak in de invoer verandert, of na: ei-export redeclare {reference}",
        "en": "Goes out again once the appointment changes in the feed, or after: ei-export redeclare {reference}",
    },
    # What is wrong; the words are those of the catalogue.
    "problem.error": {"nl": "{who}{message}", "en": "{who}{message}"},
    "problem.warning": {"nl": "{who}{message}", "en": "{who}{message}"},
    "problem.info": {"nl": "{who}{message}", "en": "{who}{message}"},
    "said.who": {"nl": "{appointment}: ", "en": "{appointment}: "},
    "remedy.do": {"nl": "{remedy}", "en": "{remedy}"},
    # A patient.
    "note.counts": {"nl": "{counts}.", "en": "{counts}."},
    "rest.counts": {"nl": "Buiten een traject: {counts}.", "en": "Outside any trajectory: {counts}."},
    "said.n_due": {"nl": "in de volgende run: {count} ({cents})", "en": "in the next run: {count} ({cents})"},
    "said.n_sent": {"nl": "gedeclareerd: {count} ({cents})", "en": "declared: {count} ({cents})"},
    "said.n_counted": {"nl": "contact: {count}", "en": "contact: {count}"},
    "said.n_earlier": {"nl": "door een ander systeem: {count}", "en": "by another system: {count}"},
    "said.n_held": {"nl": "vastgehouden: {count}", "en": "held: {count}"},
    "said.n_unreadable": {"nl": "niet te lezen: {count}", "en": "can't be read: {count}"},
    "said.n_no_agreement": {"nl": "zonder contract: {count}", "en": "without a contract: {count}"},
    "said.n_not_zorg1": {"nl": "geen Zorg1: {count}", "en": "no Zorg1: {count}"},
    "said.n_not_completed": {"nl": "niet voltooid: {count}", "en": "not completed: {count}"},
}
