/** Every page: the way out first, then steps without a trail, sheets and copying. */

import { bindExit } from '../exit/exit';
import { bindCopy } from './copy';
import { HELPLINES, keepHelplines } from './helplines';
import { bindSheets } from './sheet';
import { bindSteps, settle } from './steps';

bindExit();
bindSheets();
bindSteps();
bindCopy();
settle(document);
if (location.pathname === HELPLINES) keepHelplines();
