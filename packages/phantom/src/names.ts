/** Common Italian names and municipalities; the people made from them are invented. */
export const familyNames: readonly string[] = (
  'Rossi Ferrari Russo Bianchi Colombo Esposito Ricci Romano Fontana Gallo Conti Rinaldi Costa Greco Moretti Marino ' +
  'Barbieri Lombardi Galli Villa Riva Brambilla Fumagalli Sala Cattaneo Pozzi Locatelli Rota Gritti Pesenti Belotti ' +
  'Bonomi Zanetti Marchesi Vitali Castelli Bernasconi Ghezzi Mauri Redaelli Crippa Mariani Beretta Radaelli Cereda ' +
  'Corti Monti Valsecchi Invernizzi Gilardi Bosisio Mazza Ferri Testa Sartori Pellegrini Guerra Serra Leone Longo ' +
  "D'Angelo De Luca Dell'Orto Di Stefano La Torre Nicolò"
)
  .replace(/(De|Di|La) /g, '$1_')
  .split(' ')
  .map((name) => name.replace('_', ' '))

export const femaleNames: readonly string[] =
  'Giulia Chiara Francesca Sara Martina Elena Anna Maria Laura Paola Silvia Valentina Alessandra Federica Elisa Giorgia Marta Ilaria Beatrice Camilla Lucia Caterina Rosa Teresa Angela Carla Luisa Bruna Ornella Noemi'.split(
    ' ',
  )

export const maleNames: readonly string[] =
  'Marco Andrea Luca Matteo Alessandro Davide Francesco Lorenzo Stefano Paolo Giovanni Antonio Giuseppe Roberto Riccardo Simone Federico Giacomo Pietro Emanuele Carlo Angelo Luigi Mario Franco Sergio Enrico Dario Ugo Niccolò'.split(
    ' ',
  )

/** Municipality and its cadastral code. */
export const birthPlaces: readonly { readonly name: string; readonly code: string }[] = [
  { name: 'Milano', code: 'F205' },
  { name: 'Bergamo', code: 'A794' },
  { name: 'Brescia', code: 'B157' },
  { name: 'Como', code: 'C933' },
  { name: 'Cremona', code: 'D150' },
  { name: 'Lecco', code: 'E507' },
  { name: 'Lodi', code: 'E648' },
  { name: 'Mantova', code: 'E897' },
  { name: 'Monza', code: 'F704' },
  { name: 'Pavia', code: 'G388' },
  { name: 'Sondrio', code: 'I829' },
  { name: 'Varese', code: 'L682' },
  { name: 'Roma', code: 'H501' },
  { name: 'Napoli', code: 'F839' },
  { name: 'Torino', code: 'L219' },
  { name: 'Palermo', code: 'G273' },
]
