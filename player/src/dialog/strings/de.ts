/** German. */
import type { Strings } from './strings.ts'

export const de: Strings = {
  limitTitle: 'Sie schauen bereits woanders',
  limitText: {
    one: 'Ihr Tarif erlaubt {max} Stream gleichzeitig. Diesen beenden und hier weiterschauen?',
    other:
      'Ihr Tarif erlaubt {max} Streams gleichzeitig. Wählen Sie aus, welcher enden soll, und schauen Sie hier.',
  },
  otherLimitText:
    'Ihr Tarif erlaubt keinen weiteren Stream dieser Art. Wählen Sie aus, welcher enden soll, und schauen Sie hier.',
  severalText: 'Um hier zu schauen, muss mehr als ein Stream enden.',
  noRoomText: 'Ihr Tarif erlaubt diesen Stream zurzeit nicht.',
  devicesTitle: 'Zu viele Geräte',
  devicesText: {
    one: 'Ihr Tarif erlaubt {max} registriertes Gerät. Entfernen Sie es, um hier zu schauen.',
    other: 'Ihr Tarif erlaubt {max} registrierte Geräte. Wählen Sie aus, welches entfernt werden soll.',
  },
  devicesLaterText: 'Sie können Ihre Geräte ab {date} wieder ändern.',
  poolTitle: 'Zurzeit zu viele Zuschauer',
  poolText: 'Alle Plätze für diese Sendung sind belegt. Bitte versuchen Sie es gleich noch einmal.',
  finishedTitle: 'Diese Sendung ist zu Ende',
  finishedText: 'Hier gibt es nichts mehr zu sehen.',
  failedTitle: 'Die Wiedergabe startet nicht',
  unreachableText: 'Bitte prüfen Sie Ihre Verbindung und versuchen Sie es erneut.',
  refusedText:
    'Sie können dies zurzeit nicht ansehen. Wenn Sie das überrascht, wenden Sie sich bitte an den Support.',
  evictedTitle: 'Sie schauen jetzt woanders',
  evictedText: 'Die Wiedergabe läuft jetzt auf „{label}“.',
  evictedByUnnamedText: 'Die Wiedergabe läuft jetzt auf einem anderen Gerät.',
  sameDeviceTitle: 'Auf diesem Gerät läuft etwas anderes',
  sameDeviceText: 'Sie haben es danach gestartet, vielleicht in einem anderen Tab.',
  endedTitle: 'Die Wiedergabe wurde beendet',
  endedText: 'Ihr Stream wurde beendet.',
  watchHere: 'Stattdessen hier schauen',
  removeAndWatch: 'Entfernen und hier schauen',
  tryAgain: 'Erneut versuchen',
  watchAgain: 'Weiterschauen',
  notNow: 'Nicht jetzt',
  close: 'Schließen',
  working: 'Einen Moment…',
  chooseOne: 'Was enden soll',
  chooseSeveral: 'Diese müssen enden',
  since: 'Seit {when}',
  lastSeen: 'Zuletzt aktiv {when}',
  activeNow: 'Gerade aktiv',
  added: 'Hinzugefügt am {when}',
  more: { one: 'und {count} weiterer', other: 'und {count} weitere' },
  freeSoon: 'Ein Platz wird vielleicht {when} frei.',
  types: {
    tv: 'Fernseher',
    mobile: 'Smartphone',
    tablet: 'Tablet',
    web: 'Browser',
    console: 'Spielkonsole',
    other: 'Gerät ohne Namen',
  },
}
