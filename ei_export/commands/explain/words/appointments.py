"""What became of an appointment, its row, its code, and the trajectory with all that is in it."""

from collections.abc import Mapping
from typing import Final

from .words import Words

APPOINTMENTS: Final[Mapping[str, Words]] = {
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
        "nl": "gedeclareerd in run {run} van {day}, {cents}, en daarna gecrediteerd.{again}",
        "en": "declared in run {run} of {day}, {cents}, and credited afterwards.{again}",
    },
    "outcome.withdrawn": {
        "nl": "stond in run {run} van {day}, {cents}, en is daarmee ingetrokken.{again}",
        "en": "was in run {run} of {day}, {cents}, and withdrawn with it.{again}",
    },
    "said.redeclare": {
        "nl": " Er staat niets meer van. Opnieuw declareren kan met: ei-export redeclare {reference}",
        "en": " Nothing of it stands. To declare it again: ei-export redeclare {reference}",
    },
    "said.cancelled_since": {
        "nl": " Er staat niets meer van, en de afspraak is vervallen.",
        "en": " Nothing of it stands, and the appointment was cancelled.",
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
    "code.profile": {
        "nl": "{insurer} kent een contact van profiel {profile} als {resolved}; {linked} gaat daarom als {resolved}.",
        "en": "{insurer} knows a contact of profile {profile} as {resolved}; so {linked} goes as {resolved}.",
    },
    "code.then": {
        "nl": "Toen de afspraak werd vastgelegd was het {then}, en dat blijft zo.",
        "en": "When the appointment was recorded it was {then}, and so it stays.",
    },
    "insurer.known": {"nl": "UZOVI {uzovi} is {insurer}.", "en": "UZOVI {uzovi} is {insurer}."},
    "insurer.unsure": {
        "nl": "UZOVI {uzovi} telt als {insurer}, maar dat is niet zeker: doe een COV-controle.",
        "en": "UZOVI {uzovi} counts as {insurer}, but that is not sure: do a COV check.",
    },
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
    "said.visit_withdrawn": {
        "nl": "{moment}: ingetrokken, {f_code} x{units}, {cents}",
        "en": "{moment}: withdrawn, {f_code} x{units}, {cents}",
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
    "said.counts_without_contract": {
        "nl": "contact {number}: telt mee, zonder contract op die dag",
        "en": "contact {number}: counts, without a contract on that day",
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
    "said.CONTACT_BEFORE_START": {
        "nl": "contact van vóór de start: telt niet",
        "en": "contact of before the start: does not count",
    },
    "said.CONTACT_OTHER_PROGRAM": {
        "nl": "contact met diagnose van een ander programma: telt niet",
        "en": "contact with a diagnosis of another program: does not count",
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
}
